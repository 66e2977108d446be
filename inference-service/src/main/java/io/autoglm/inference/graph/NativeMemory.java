package io.autoglm.inference.graph;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/// Blocks of the C heap, freed together. Not an `Arena`, nor a direct `ByteBuffer`: those count against
/// `MaxDirectMemorySize` and touch every page at once, while a large `calloc` costs nothing until it is written, so a
/// KV cache takes only the memory of the tokens that it has ever held. Safe for use by several threads.
public final class NativeMemory implements AutoCloseable {

    private static final long ALIGNMENT_BYTES = 64;
    private static final MethodHandle CALLOC = function(
            "calloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = function("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    private final List<MemorySegment> blocks = new ArrayList<>();

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    /// @return zeros; using them after [#close] is undefined
    public synchronized MemorySegment allocate(long size) {
        MemorySegment block;
        try {
            block = (MemorySegment) CALLOC.invokeExact(1L, size + ALIGNMENT_BYTES);
        } catch (Throwable e) {
            throw new IllegalStateException("calloc cannot be called", e);
        }
        if (block.address() == 0) {
            throw new OutOfMemoryError("the system has no " + size + " bytes");
        }
        blocks.add(block);
        long start = Math.ceilDiv(block.address(), ALIGNMENT_BYTES) * ALIGNMENT_BYTES - block.address();
        return block.reinterpret(size + ALIGNMENT_BYTES).asSlice(start, size);
    }

    @Override
    public synchronized void close() {
        for (MemorySegment block : blocks) {
            try {
                FREE.invokeExact(block);
            } catch (Throwable e) {
                throw new IllegalStateException("free cannot be called", e);
            }
        }
        blocks.clear();
    }
}
