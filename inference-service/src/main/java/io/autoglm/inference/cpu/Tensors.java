package io.autoglm.inference.cpu;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.autoglm.inference.engine.KvFormat;
import io.autoglm.inference.graph.Constant;
import io.autoglm.inference.graph.NativeMemory;
import io.autoglm.inference.model.ModelLoadException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/// Views of native memory for ONNX Runtime; none of them copies, or owns what it shows.
final class Tensors {

    private Tensors() {}

    static OnnxTensor of(OrtEnvironment environment, Constant constant) throws OrtException {
        if (constant.data().byteSize() > Integer.MAX_VALUE) {
            throw new ModelLoadException(
                    constant.name(),
                    "takes " + constant.data().byteSize() + " bytes, more than the 2 GiB that one tensor may"
                            + " have on this engine; set autoglm.weights to int8 or int4");
        }
        long[] shape = constant.shape().stream().mapToLong(Long::longValue).toArray();
        OnnxJavaType type = switch (constant.type()) {
            case FLOAT -> OnnxJavaType.FLOAT;
            case UINT8 -> OnnxJavaType.UINT8;
            case INT32 -> OnnxJavaType.INT32;
            case INT64 -> OnnxJavaType.INT64;
            case FLOAT16 -> OnnxJavaType.FLOAT16;
            case BFLOAT16 -> OnnxJavaType.BFLOAT16;
        };
        return OnnxTensor.createTensor(environment, buffer(constant.data()), shape, type);
    }

    static OnnxTensor cache(OrtEnvironment environment, KvFormat format, MemorySegment data, long... shape)
            throws OrtException {
        OnnxJavaType type = format == KvFormat.FP16 ? OnnxJavaType.FLOAT16 : OnnxJavaType.FLOAT;
        return OnnxTensor.createTensor(environment, buffer(data), shape, type);
    }

    static IntBuffer ints(NativeMemory memory, int count) {
        return buffer(memory.allocate((long) count * Integer.BYTES)).asIntBuffer();
    }

    static ByteBuffer buffer(MemorySegment data) {
        return data.asByteBuffer().order(ByteOrder.nativeOrder());
    }
}
