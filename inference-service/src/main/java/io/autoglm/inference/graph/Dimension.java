package io.autoglm.inference.graph;

/// An axis of a graph's input or output: a size, or a name for one that differs from run to run.
public sealed interface Dimension {

    record Fixed(long size) implements Dimension {}

    record Open(String name) implements Dimension {}

    static Dimension of(long size) {
        return new Fixed(size);
    }

    static Dimension named(String name) {
        return new Open(name);
    }
}
