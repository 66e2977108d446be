package io.autoglm.inference.graph;

/// A named constant of an operator.
public sealed interface Attribute {

    String name();

    record Whole(String name, long value) implements Attribute {}

    record Real(String name, float value) implements Attribute {}

    record Text(String name, String value) implements Attribute {}

    static Attribute of(String name, long value) {
        return new Whole(name, value);
    }

    static Attribute of(String name, float value) {
        return new Real(name, value);
    }

    static Attribute of(String name, String value) {
        return new Text(name, value);
    }
}
