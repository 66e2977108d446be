package io.autoglm.inference.export;

import io.autoglm.inference.graph.Constant;
import io.autoglm.inference.graph.NativeMemory;
import io.autoglm.inference.graph.OnnxMessages;
import io.autoglm.inference.graph.Proto;
import io.autoglm.inference.graph.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Weights that lie in the graph's own file. The large ones are handed over beside the edited graph, which
/// would otherwise hold them a few times over while it is made.
final class LargeTensors {

    private static final long LARGE_BYTES = 1 << 20;

    private LargeTensors() {}

    /// @param memory     receives a copy where the file has the numbers at an odd place
    /// @param handedOver receives the weight where it is to be handed over
    static Proto write(StoredTensor tensor, NativeMemory memory, List<Constant> handedOver) {
        Optional<TensorType> type = Arrays.stream(TensorType.values())
                .filter(each -> each.number() == tensor.type())
                .findFirst();
        if (type.isEmpty()
                || !(tensor.place() instanceof StoredTensor.Within(MemorySegment bytes))
                || bytes.byteSize() < LARGE_BYTES) {
            return tensor.write();
        }
        boolean usable = bytes.address() % type.get().bytes() == 0;
        MemorySegment data = usable ? bytes : memory.allocate(bytes.byteSize()).copyFrom(bytes);
        Constant constant = new Constant(tensor.name(), type.get(), tensor.shape(), data);
        handedOver.add(constant);
        return OnnxMessages.constant(constant);
    }
}
