package io.autoglm.inference.text;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the tools of a request expect as arguments. GLM writes an argument's value as bare text, so only the
/// schema can tell the string `5` from the number.
public final class ToolSchemas {

    private static final ObjectReader READER =
            new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final Set<String> TYPES =
            Set.of("null", "boolean", "integer", "number", "string", "array", "object");

    private static final Map<String, String> PYTHON_WORDS = Map.of("True", "true", "False", "false", "None", "null");

    /// `parameters` by name.
    private final Map<String, JsonNode> parameters = new HashMap<>();

    /// @param tools OpenAI's `tools`; of several with the same name the last counts
    public ToolSchemas(@Nullable JsonNode tools) {
        if (tools == null) {
            return;
        }
        for (JsonNode tool : tools) {
            JsonNode function = tool.has("function") ? tool.path("function") : tool;
            parameters.put(function.path("name").asText(), function.path("parameters"));
        }
    }

    boolean isEmpty() {
        return parameters.isEmpty();
    }

    boolean has(String tool) {
        return parameters.containsKey(tool);
    }

    /// Whether a tool's name begins so.
    boolean hasPrefix(String start) {
        return parameters.keySet().stream().anyMatch(name -> name.startsWith(start));
    }

    /// The bare text of an argument as JSON: the value that it spells where the schema has room for it, or else a
    /// string.
    public String value(String tool, String argument, String text) {
        Set<String> types = types(tool, argument);
        String bare = text.strip();
        String word = word(bare);
        String json = !types.isEmpty() && !types.contains("string") ? word : bare;
        JsonNode value = parse(json);
        if (value == null || (value.isTextual() && types.contains("string"))) {
            return TextNode.valueOf(text).toString();
        }
        return types.isEmpty() || admits(types, value)
                ? json
                : TextNode.valueOf(text).toString();
    }

    /// The types of JSON Schema that the schema of an argument names, by which [#value] goes; empty where
    /// it names none.
    public Set<String> types(String tool, String argument) {
        Set<String> types = new HashSet<>();
        JsonNode root = parameters.get(tool);
        if (root != null) {
            Set<JsonNode> seen = Collections.newSetFromMap(new IdentityHashMap<>());
            Deque<JsonNode> due =
                    new ArrayDeque<>(List.of(root.path("properties").path(argument)));
            for (JsonNode next = due.poll(); next != null; next = due.poll()) {
                if (seen.add(next)) {
                    types(next, types);
                    due.addAll(others(next, root));
                }
            }
        }
        return types;
    }

    /// Python's words for `true`, `false` and `null`, which models write too, as JSON's; others as they are.
    static String word(String word) {
        return PYTHON_WORDS.getOrDefault(word, word);
    }

    /// @return null if it is no JSON
    static @Nullable JsonNode parse(String text) {
        try {
            JsonNode value = READER.readTree(text);
            return value == null || value.isMissingNode() ? null : value;
        } catch (JacksonException e) {
            return null;
        }
    }

    private static boolean admits(Set<String> types, JsonNode value) {
        return switch (value.getNodeType()) {
            case NUMBER -> types.contains("number") || types.contains("integer");
            case BOOLEAN -> types.contains("boolean");
            case NULL -> types.contains("null") || !types.contains("string");
            case ARRAY -> types.contains("array");
            case OBJECT -> types.contains("object");
            case STRING -> !types.contains("string");
            case BINARY, MISSING, POJO -> false;
        };
    }

    /// Adds the types that a schema names, itself or through `enum` and `const`.
    private static void types(JsonNode schema, Set<String> types) {
        JsonNode type = schema.path("type");
        if (type.isTextual()) {
            types.add(type.textValue());
        }
        type.forEach(one -> types.add(one.asText()));
        types.retainAll(TYPES);
        schema.path("enum").forEach(value -> types.add(typeOf(value)));
        if (schema.has("const")) {
            types.add(typeOf(schema.path("const")));
        }
    }

    /// Its alternatives, and what it refers to.
    private static List<JsonNode> others(JsonNode schema, JsonNode root) {
        List<JsonNode> others = new ArrayList<>();
        for (String alternatives : List.of("anyOf", "oneOf", "allOf")) {
            schema.path(alternatives).forEach(others::add);
        }
        String reference = schema.path("$ref").asText();
        if (reference.startsWith("#/")) {
            others.add(root.at(reference.substring(1)));
        }
        return others;
    }

    private static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case NUMBER -> "number";
            case BOOLEAN -> "boolean";
            case ARRAY -> "array";
            case OBJECT -> "object";
            case NULL -> "null";
            case STRING, BINARY, MISSING, POJO -> "string";
        };
    }
}
