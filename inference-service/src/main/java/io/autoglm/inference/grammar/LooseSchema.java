package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.sampling.InvalidParameterException;
import java.util.Set;

/// A schema without what is malformed or not kept ([Keywords]): whatever is valid for the whole is valid
/// for this too.
final class LooseSchema {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private LooseSchema() {}

    static JsonNode of(JsonNode schema) {
        if (!schema.isObject()) {
            return schema;
        }
        ObjectNode loose = JSON.objectNode();
        schema.properties().forEach(e -> {
            String keyword = e.getKey().equals("oneOf") ? "anyOf" : e.getKey();
            if (keyword.equals(e.getKey()) || !schema.has(keyword)) {
                ObjectNode one = JSON.objectNode().set(keyword, value(keyword, e.getValue()));
                if (isKept(one)) {
                    loose.setAll(one);
                }
            }
        });
        if (loose.has("const") || loose.has("enum")) {
            loose.retain(Set.of("const", "enum", "type", "$defs", "definitions"));
        }
        return loose;
    }

    private static JsonNode value(String keyword, JsonNode value) {
        return switch (keyword) {
            case "properties", "$defs", "definitions" -> {
                ObjectNode named = JSON.objectNode();
                value.properties().forEach(e -> named.set(e.getKey(), of(e.getValue())));
                yield value.isObject() ? named : value;
            }
            case "items", "additionalProperties" -> of(value);
            case "anyOf", "allOf" -> {
                ArrayNode list = JSON.arrayNode();
                value.forEach(one -> list.add(of(one)));
                yield value.isArray() ? list : value;
            }
            default -> value;
        };
    }

    private static boolean isKept(ObjectNode one) {
        try {
            Keywords.check(one, "");
            return true;
        } catch (InvalidParameterException e) {
            return false;
        }
    }
}
