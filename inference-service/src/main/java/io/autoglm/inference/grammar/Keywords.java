package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.sampling.InvalidParameterException;
import java.util.Set;
import java.util.function.Predicate;

/// The keywords of a JSON schema (draft 2020-12) that the rules keep, and the form of their values. One that is
/// neither kept nor an annotation is refused by its name and place, for an answer that quietly breaks it is worse
/// than none.
final class Keywords {

    static final String PARAM = "response_format";

    /// A string of a million characters is longer than any context.
    private static final int MOST_REPEATS = 1_000_000;

    /// These say nothing about whether a value is valid. `format` is among them, as it is by default in JSON
    /// Schema: the model sees it, nothing enforces it. `discriminator`, `example` and the like are OpenAPI's.
    private static final Set<String> ANNOTATIONS = Set.of(
            "title",
            "description",
            "default",
            "example",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly",
            "format",
            "contentEncoding",
            "contentMediaType",
            "contentSchema",
            "discriminator",
            "externalDocs",
            "xml",
            "$schema",
            "$id",
            "$anchor",
            "$comment",
            "$vocabulary",
            "$defs",
            "definitions");

    private static final Set<String> TYPES =
            Set.of("null", "boolean", "integer", "number", "string", "array", "object");

    private Keywords() {}

    /// Whether a keyword does not narrow what is valid.
    static boolean isAnnotation(String keyword) {
        return ANNOTATIONS.contains(keyword) || keyword.startsWith("x-");
    }

    /// @param path where the schema is, as a JSON pointer after `#`
    /// @throws InvalidParameterException naming a keyword that is not supported, or whose value is malformed
    static void check(JsonNode schema, String path) {
        if (!schema.isObject()) {
            throw refusal(path, "must be an object or a boolean");
        }
        schema.properties().forEach(e -> check(e.getKey(), e.getValue(), path));
    }

    private static void check(String keyword, JsonNode value, String path) {
        switch (keyword) {
            case "const" -> {}
            case "enum" -> form(value.isArray() && !value.isEmpty(), keyword, "a list of values", path);
            case "type" -> {
                boolean names = all(value, type -> type.isTextual() && TYPES.contains(type.textValue()));
                boolean one = value.isTextual() && TYPES.contains(value.textValue());
                form(
                        one || (names && !value.isEmpty()),
                        keyword,
                        "one or several of " + types() + ", not " + brief(value),
                        path);
            }
            case "$ref" -> form(value.isTextual(), keyword, "a string", path);
            case "anyOf", "oneOf", "allOf" ->
                form(all(value, Keywords::isSchema) && !value.isEmpty(), keyword, "a list of schemas", path);
            case "properties" ->
                form(
                        value.isObject() && value.properties().stream().allMatch(e -> isSchema(e.getValue())),
                        keyword,
                        "an object of schemas",
                        path);
            case "required" -> form(all(value, JsonNode::isTextual), keyword, "a list of strings", path);
            case "items", "additionalProperties" -> form(isSchema(value), keyword, "a schema", path);
            case "minLength", "maxLength", "minItems", "maxItems" ->
                form(
                        value.canConvertToExactIntegral()
                                && value.canConvertToInt()
                                && value.intValue() >= 0
                                && value.intValue() <= MOST_REPEATS,
                        keyword,
                        "0 to " + MOST_REPEATS,
                        path);
            case "uniqueItems" -> {
                form(value.isBoolean(), keyword, "a boolean", path);
                if (value.booleanValue()) {
                    throw unsupported(keyword, path);
                }
            }
            default -> {
                if (!isAnnotation(keyword)) {
                    throw unsupported(keyword, path);
                }
            }
        }
    }

    static InvalidParameterException unsupported(String keyword, String path) {
        return refusal(path, "has the keyword '" + keyword + "', which is not supported");
    }

    static InvalidParameterException refusal(String path, String why) {
        return new InvalidParameterException(PARAM, PARAM + ": the schema at " + brief("#" + path) + " " + why);
    }

    /// The same of a schema that stands in another field.
    static InvalidParameterException elsewhere(String field, InvalidParameterException refusal) {
        return new InvalidParameterException(
                field, field + String.valueOf(refusal.getMessage()).substring(PARAM.length()));
    }

    /// One step further down a pointer (RFC 6901).
    static String step(String path, String name) {
        return path + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    /// What a message can hold of a value.
    static String brief(Object value) {
        String text = value.toString();
        return text.length() <= 200 ? text : text.substring(0, 100) + "…" + text.substring(text.length() - 99);
    }

    private static String types() {
        return String.join(", ", TYPES.stream().sorted().toList());
    }

    private static boolean isSchema(JsonNode value) {
        return value.isObject() || value.isBoolean();
    }

    private static boolean all(JsonNode list, Predicate<JsonNode> form) {
        return list.isArray() && list.valueStream().allMatch(form);
    }

    private static void form(boolean right, String keyword, String form, String path) {
        if (!right) {
            throw refusal(path, "has a '" + keyword + "' that is not " + form);
        }
    }
}
