package io.autoglm.inference.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The variables of a loop's turn, a macro or the whole template; what it does not have, the one around it may.
final class Scope {

    private final @Nullable Scope around;
    private final Map<String, Object> values = new HashMap<>();

    Scope(@Nullable Scope around) {
        this.around = around;
    }

    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.around) {
            Object value = scope.values.get(name);
            if (value != null) {
                return value;
            }
        }
        return new Undefined("'" + name + "'");
    }

    void set(String name, Object value) {
        values.put(name, value);
    }
}
