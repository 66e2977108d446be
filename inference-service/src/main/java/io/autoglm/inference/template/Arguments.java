package io.autoglm.inference.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a function, filter or test is given.
record Arguments(List<Object> positional, Map<String, Object> named) {

    static final Arguments NONE = new Arguments(List.of(), Map.of());

    static Arguments of(List<Object> positional) {
        return new Arguments(positional, Map.of());
    }

    /// @param index where it stands if it is not named; -1: it always is
    @Nullable
    Object find(int index, String name) {
        return index >= 0 && index < positional.size() ? positional.get(index) : named.get(name);
    }

    Object or(int index, String name, Object otherwise) {
        Object value = find(index, name);
        return value == null ? otherwise : value;
    }

    Object required(int index, String name) {
        Object value = find(index, name);
        if (value == null) {
            throw new TemplateFailure("the argument '" + name + "' is missing");
        }
        return value;
    }

    String text(int index, String name) {
        if (required(index, name) instanceof String text) {
            return text;
        }
        throw new TemplateFailure("the argument '" + name + "' must be a string");
    }

    @Nullable
    String textOrNull(int index, String name) {
        Object value = find(index, name);
        return value == null || value == None.NONE ? null : text(index, name);
    }

    long whole(int index, String name, long otherwise) {
        Object value = find(index, name);
        return value == null || value == None.NONE ? otherwise : Python.index(value);
    }

    boolean flag(int index, String name, boolean otherwise) {
        Object value = find(index, name);
        return value == null ? otherwise : Python.truth(value);
    }

    /// Those behind the first `n`.
    Arguments from(int n) {
        return new Arguments(positional.subList(Math.min(n, positional.size()), positional.size()), named);
    }
}
