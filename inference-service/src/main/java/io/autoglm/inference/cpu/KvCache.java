package io.autoglm.inference.cpu;

import io.autoglm.inference.engine.KvFormat;
import io.autoglm.inference.graph.NativeMemory;
import io.autoglm.inference.model.DecoderSizes;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Keys and values of every slot: two blocks for each layer, `[slots, kv heads, maxTokens, head size]` of one
/// format. A slot's part of a block is contiguous, and so is that of a run of slots. Pages take memory once
/// they are written.
final class KvCache {

    private final int kvHeads;
    private final long rowBytes;
    private final long headBytes;
    private final int layers;
    private final List<MemorySegment> keys = new ArrayList<>();
    private final List<MemorySegment> values = new ArrayList<>();

    KvCache(DecoderSizes sizes, KvFormat format, int slots, int maxTokens, NativeMemory memory) {
        this.kvHeads = sizes.kvHeads();
        this.rowBytes = (long) sizes.headDim() * format.bytes();
        this.headBytes = rowBytes * maxTokens;
        this.layers = sizes.layers();
        for (int layer = 0; layer < layers; layer++) {
            keys.add(memory.allocate(slotBytes() * slots));
            values.add(memory.allocate(slotBytes() * slots));
        }
    }

    private long slotBytes() {
        return headBytes * kvHeads;
    }

    MemorySegment keys(int layer, int first, int count) {
        return keys.get(layer).asSlice(first * slotBytes(), count * slotBytes());
    }

    MemorySegment values(int layer, int first, int count) {
        return values.get(layer).asSlice(first * slotBytes(), count * slotBytes());
    }

    void copy(int from, int to, int tokens) {
        for (int layer = 0; layer < layers; layer++) {
            copy(keys.get(layer), from, to, tokens);
            copy(values.get(layer), from, to, tokens);
        }
    }

    private void copy(MemorySegment block, int from, int to, int tokens) {
        for (int head = 0; head < kvHeads; head++) {
            long offset = head * headBytes;
            MemorySegment.copy(block, from * slotBytes() + offset, block, to * slotBytes() + offset, tokens * rowBytes);
        }
    }
}
