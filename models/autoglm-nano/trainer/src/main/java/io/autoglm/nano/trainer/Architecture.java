package io.autoglm.nano.trainer;

/// The sizes of a `GlmForCausalLM`. `rotaryWidth` is the part of a head that turns with the position.
record Architecture(
        int vocabulary, int hidden, int layers, int heads, int keyValueHeads, int headWidth, int intermediate) {
    static final double ROTARY_THETA = 10_000;
    static final double NORM_EPSILON = 1e-5;
    static final int MAX_POSITIONS = 2048;

    Architecture {
        if (heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "heads " + heads + " is no multiple of key/value heads " + keyValueHeads);
        }
    }

    static Architecture nano(int vocabulary) {
        return new Architecture(vocabulary, 256, 4, 8, 2, 32, 640);
    }

    int rotaryWidth() {
        return headWidth / 2;
    }

    int queriesPerKey() {
        return heads / keyValueHeads;
    }

    /// Radians per position of the rotary pair that starts at the even index `even`.
    static double frequency(int even, int rotaryWidth) {
        return Math.pow(ROTARY_THETA, -(double) even / rotaryWidth);
    }
}
