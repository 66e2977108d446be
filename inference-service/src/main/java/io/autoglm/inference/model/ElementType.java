package io.autoglm.inference.model;

import java.util.Optional;

/// The number formats of a safetensors file that weights come in; whole numbers are codes of a quantized
/// checkpoint.
public enum ElementType {
    F32(4),
    F16(2),
    BF16(2),
    I32(4),
    U8(1);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }

    static Optional<ElementType> named(String dtype) {
        for (ElementType type : values()) {
            if (type.name().equals(dtype)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
