package io.autoglm.inference.grammar;

/// A part of a rule's alternative.
sealed interface Element {

    /// One byte of a set.
    record OneOf(ByteSet bytes) implements Element {}

    /// What another rule (or the same) describes.
    record Rule(int index) implements Element {}

    /// What `part`, which is never empty, describes, as often as this says.
    ///
    /// @param most [#UNBOUNDED] for no limit
    record Repeat(Rule part, int least, int most) implements Element {

        static final int UNBOUNDED = Integer.MAX_VALUE;

        public Repeat {
            if (least < 0 || least > most) {
                throw new IllegalArgumentException("repeats something " + least + " to " + most + " times");
            }
        }
    }
}
