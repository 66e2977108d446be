package io.autoglm.inference.engine;

/// `autoglm.cpu.kv-cache`: the numbers that keys and values are kept in.
public enum KvFormat {
    FP32(4),
    /// Half the memory; attention is computed in half floats too.
    FP16(2);

    private final int bytes;

    KvFormat(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }
}
