package io.autoglm.inference.engine;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// `autoglm.weights`: the numbers that matrices are held in.
public enum WeightFormat {
    /// [#FP32] below 64 million parameters, else [#INT4].
    AUTO,
    FP32,
    /// Known by name, so that it can be refused with its reason: see [EngineConfig].
    FP16,
    /// 8 bits and a scale for each 32 numbers; the answers are practically those of the original.
    INT8,
    /// 4 bits and a scale for each 32 numbers: the fastest, and a little less exact.
    INT4;

    private static final long SMALL_PARAMETERS = 64_000_000;

    /// As in settings and requests: `int4`.
    public String spelled() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// By its spelling.
    public static Optional<WeightFormat> named(String spelled) {
        return Arrays.stream(values())
                .filter(format -> format.spelled().equals(spelled))
                .findFirst();
    }

    /// @return a format that is not [#AUTO]
    public WeightFormat resolve(long parameters) {
        return this != AUTO ? this : parameters < SMALL_PARAMETERS ? FP32 : INT4;
    }
}
