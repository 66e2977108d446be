package io.autoglm.inference.template;

import java.util.HashMap;
import java.util.Map;

/// `namespace()`: the one thing that a loop's body can change for the world outside.
final class Namespace implements Attributes {

    private final Map<String, Object> values = new HashMap<>();

    @Override
    public Object attribute(String name) {
        Object value = values.get(name);
        return value == null ? new Undefined("'" + name + "' of a namespace") : value;
    }

    void set(String name, Object value) {
        values.put(name, value);
    }
}
