package io.autoglm.inference.graph;

/// Element types of graph tensors, with their numbers in `onnx.proto`.
public enum TensorType {
    FLOAT(1, 4),
    UINT8(2, 1),
    INT32(6, 4),
    INT64(7, 8),
    FLOAT16(10, 2),
    BFLOAT16(16, 2);

    private final int number;
    private final int bytes;

    TensorType(int number, int bytes) {
        this.number = number;
        this.bytes = bytes;
    }

    public int number() {
        return number;
    }

    public int bytes() {
        return bytes;
    }
}
