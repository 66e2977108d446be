package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;

/// Schemas without end: such as could be meant, and such as nobody could mean.
final class RandomSchemas {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> NAMES = List.of("a", "ab", "b", "é", "na\"me", "name");
    private static final List<String> KEYWORDS = List.of(
            "type",
            "enum",
            "const",
            "anyOf",
            "oneOf",
            "allOf",
            "$ref",
            "properties",
            "required",
            "items",
            "additionalProperties",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "pattern",
            "uniqueItems",
            "title",
            "$defs",
            "format",
            "not");
    private static final List<String> TEXTS = List.of(
            "object",
            "array",
            "string",
            "integer",
            "number",
            "null",
            "a",
            "#",
            "#/$defs/a",
            "#/properties/a",
            "#x",
            "/",
            "%zz",
            "");

    private final Random random;

    RandomSchemas(Random random) {
        this.random = random;
    }

    /// One that makes sense, with two definitions that may refer to each other.
    ObjectNode sensible() {
        ObjectNode root = sensible(3);
        ObjectNode definitions = root.putObject("$defs");
        definitions.set("a", sensible(2));
        definitions.set("b", sensible(2));
        return root;
    }

    /// One of arguments, each of which makes sense.
    ObjectNode arguments() {
        ObjectNode root = JSON.objectNode();
        object(root, 3);
        ObjectNode definitions = root.putObject("$defs");
        definitions.set("a", sensible(2));
        definitions.set("b", sensible(2));
        return root;
    }

    private ObjectNode sensible(int levels) {
        ObjectNode schema = JSON.objectNode();
        switch (random.nextInt(levels == 0 ? 7 : 15)) {
            case 0 -> schema.put("type", "null");
            case 1 -> schema.put("type", "boolean");
            case 2 -> schema.put("type", random.nextBoolean() ? "integer" : "number");
            case 3 -> bounds(schema.put("type", "string"), "Length");
            case 4 ->
                schema.set("enum", JSON.arrayNode().add(1).add("x").add(true).addNull());
            case 5 -> schema.put("const", NAMES.get(random.nextInt(NAMES.size())));
            case 6 -> bounds(schema, "Length");
            case 7, 8 -> bounds(schema.put("type", "array"), "Items").set("items", sensible(levels - 1));
            case 9 -> schema.put("$ref", "#/$defs/" + (random.nextBoolean() ? "a" : "b"));
            case 10 -> {
                object(schema, levels);
                schema.put("$ref", "#/$defs/a");
            }
            case 11 -> {
                if (random.nextBoolean()) {
                    object(schema, levels);
                }
                several(schema, "anyOf", levels);
            }
            case 12 -> several(schema, random.nextBoolean() ? "allOf" : "oneOf", levels);
            default -> object(schema, levels);
        }
        return schema;
    }

    private void several(ObjectNode schema, String keyword, int levels) {
        ArrayNode alternatives = schema.putArray(keyword);
        for (int i = random.nextInt(3); i >= 0; i--) {
            alternatives.add(sensible(levels - 1));
        }
    }

    private void object(ObjectNode schema, int levels) {
        if (random.nextInt(4) > 0) {
            schema.put("type", "object");
        }
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = schema.putArray("required");
        for (int i = random.nextInt(4); i > 0; i--) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            properties.set(name, sensible(levels - 1));
            if (random.nextInt(3) == 0) {
                required.add(name);
            }
        }
        if (random.nextInt(8) == 0) {
            required.add(NAMES.get(random.nextInt(NAMES.size())));
        }
        switch (random.nextInt(5)) {
            case 0 -> schema.put("additionalProperties", true);
            case 1 -> schema.put("additionalProperties", false);
            case 2 -> schema.set("additionalProperties", sensible(levels - 1));
            default -> {}
        }
    }

    private ObjectNode bounds(ObjectNode schema, String of) {
        int least = random.nextInt(4);
        if (random.nextBoolean()) {
            schema.put("min" + of, least);
        }
        if (random.nextBoolean()) {
            schema.put("max" + of, least + random.nextInt(40));
        }
        return schema;
    }

    /// Any JSON under the names of keywords.
    JsonNode senseless(int levels) {
        int kind = random.nextInt(levels == 0 ? 6 : 12);
        return switch (kind) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.booleanNode(random.nextBoolean());
            case 2 -> JSON.numberNode(random.nextInt(5) - 1);
            case 3 -> JSON.numberNode(random.nextBoolean() ? 1.5 : Double.POSITIVE_INFINITY);
            case 4, 5 -> JSON.textNode(TEXTS.get(random.nextInt(TEXTS.size())));
            case 6, 7 -> {
                ArrayNode list = JSON.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(senseless(levels - 1));
                }
                yield list;
            }
            default -> {
                ObjectNode schema = JSON.objectNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    List<String> names = random.nextInt(5) == 0 ? NAMES : KEYWORDS;
                    schema.set(names.get(random.nextInt(names.size())), senseless(levels - 1));
                }
                yield schema;
            }
        };
    }

    /// A sensible one with something senseless somewhere.
    JsonNode broken() {
        ObjectNode schema = sensible();
        ObjectNode at = schema;
        while (random.nextInt(3) > 0) {
            List<JsonNode> below = at.valueStream().filter(JsonNode::isObject).toList();
            if (below.isEmpty()) {
                break;
            }
            at = (ObjectNode) below.get(random.nextInt(below.size()));
        }
        at.set(KEYWORDS.get(random.nextInt(KEYWORDS.size())), senseless(2));
        return schema;
    }
}
