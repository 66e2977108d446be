package io.autoglm.inference.grammar;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Schemas of any size.
final class Schemata {

    private Schemata() {}

    /// An object of so many optional properties.
    static String optional(int properties) {
        return IntStream.range(0, properties)
                .mapToObj(i -> "\"property_" + i + "\":{\"type\":\"integer\"}")
                .collect(Collectors.joining(",", "{\"type\":\"object\",\"properties\":{", "}}"));
    }

    /// Every one has two choices of two of the next.
    static String doubling(int levels) {
        String definitions = IntStream.range(0, levels)
                .mapToObj(i -> "\"d" + i + "\":{\"anyOf\":[{\"$ref\":\"#/$defs/d" + (i + 1)
                        + "\",\"minLength\":" + 2 * i + "},{\"$ref\":\"#/$defs/d" + (i + 1) + "\",\"maxLength\":"
                        + (2000 - 2 * i)
                        + "}]}")
                .collect(Collectors.joining(","));
        return "{\"$ref\":\"#/$defs/d0\",\"$defs\":{" + definitions + ",\"d" + levels + "\":{\"type\":\"string\"}}}";
    }
}
