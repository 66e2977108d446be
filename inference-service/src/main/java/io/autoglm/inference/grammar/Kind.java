package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// The kinds of JSON values that a schema's `type` tells apart. A number of no kind but these two.
enum Kind {
    NULL,
    BOOLEAN,
    INTEGER,
    FRACTION,
    STRING,
    ARRAY,
    OBJECT;

    /// @param type a name or several; missing for any
    static Set<Kind> of(JsonNode type) {
        if (type.isMissingNode()) {
            return EnumSet.allOf(Kind.class);
        }
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        if (type.isTextual()) {
            add(type.textValue(), kinds);
        }
        type.forEach(name -> add(name.textValue(), kinds));
        return kinds;
    }

    static Kind ofValue(JsonNode value) {
        return switch (value.getNodeType()) {
            case NUMBER -> value.canConvertToExactIntegral() ? INTEGER : FRACTION;
            case STRING, BINARY -> STRING;
            case BOOLEAN -> BOOLEAN;
            case ARRAY -> ARRAY;
            case OBJECT, POJO -> OBJECT;
            case NULL, MISSING -> NULL;
        };
    }

    private static void add(String type, Set<Kind> kinds) {
        if (type.equals("number")) {
            kinds.add(FRACTION);
        }
        kinds.add(type.equals("number") ? INTEGER : valueOf(type.toUpperCase(Locale.ROOT)));
    }
}
