package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/// Whether a value is valid, by the letter of JSON Schema: what the grammar is held against.
final class SchemaCheck {

    private final JsonNode root;

    SchemaCheck(JsonNode root) {
        this.root = root;
    }

    boolean holds(JsonNode value) {
        return holds(root, value);
    }

    private boolean holds(JsonNode schema, JsonNode value) {
        return schema.isBoolean()
                ? schema.booleanValue()
                : schema.propertyStream().allMatch(e -> holds(e.getKey(), e.getValue(), schema, value));
    }

    private boolean holds(String keyword, JsonNode asked, JsonNode schema, JsonNode value) {
        return switch (keyword) {
            case "$ref" -> holds(root.at(asked.textValue().substring(1)), value);
            case "const" -> asked.equals(value);
            case "enum" -> asked.valueStream().anyMatch(value::equals);
            case "allOf" -> asked.valueStream().allMatch(one -> holds(one, value));
            case "anyOf" -> asked.valueStream().anyMatch(one -> holds(one, value));
            case "oneOf" -> asked.valueStream().filter(one -> holds(one, value)).count() == 1;
            case "type" ->
                asked.isTextual() ? isA(asked, value) : asked.valueStream().anyMatch(one -> isA(one, value));
            case "minLength" -> !value.isTextual() || length(value) >= asked.intValue();
            case "maxLength" -> !value.isTextual() || length(value) <= asked.intValue();
            case "minItems" -> !value.isArray() || value.size() >= asked.intValue();
            case "maxItems" -> !value.isArray() || value.size() <= asked.intValue();
            case "items" -> !value.isArray() || value.valueStream().allMatch(one -> holds(asked, one));
            case "required" -> !value.isObject() || asked.valueStream().allMatch(name -> value.has(name.textValue()));
            case "properties" ->
                asked.propertyStream()
                        .allMatch(e -> !value.has(e.getKey()) || holds(e.getValue(), value.path(e.getKey())));
            case "additionalProperties" ->
                !value.isObject()
                        || value.propertyStream()
                                .filter(e -> !schema.path("properties").has(e.getKey()))
                                .allMatch(e -> holds(asked, e.getValue()));
            default -> true;
        };
    }

    private static int length(JsonNode value) {
        return value.textValue().codePointCount(0, value.textValue().length());
    }

    private static boolean isA(JsonNode type, JsonNode value) {
        return switch (type.textValue()) {
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            default -> value.getNodeType().name().toLowerCase(Locale.ROOT).equals(type.textValue());
        };
    }
}
