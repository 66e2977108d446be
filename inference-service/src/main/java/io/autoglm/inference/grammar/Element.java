package io.autoglm.inference.grammar;

/// A part of a rule's alternative.
sealed interface Element {

    /// One byte of a set.
    record OneOf(ByteSet bytes) implements Element {}

    /// What another rule (or the same) describes.
    record Rule(int index) implements Element {}
}
