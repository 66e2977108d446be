package io.autoglm.inference.template;

/// Python's `None`. Inside the interpreter no value is Java's null.
enum None {
    NONE
}
