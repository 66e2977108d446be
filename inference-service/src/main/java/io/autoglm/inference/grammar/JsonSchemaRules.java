package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.autoglm.inference.grammar.Element.Rule;
import io.autoglm.inference.sampling.InvalidParameterException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A JSON schema as rules. Properties come in the order of the schema, optional ones may be left away; others are
/// written only where `additionalProperties` invites them, or where the schema names none.
final class JsonSchemaRules {

    private static final String PARAM = "response_format";
    private static final int DEEPEST = 64;
    private static final int MOST_REPEATS = 2000;

    /// Keywords that narrow an answer down in ways that the rules cannot. Saying nothing of them would be a
    /// promise broken.
    private static final Set<String> UNSUPPORTED = Set.of(
            "pattern",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "not",
            "if",
            "then",
            "else",
            "patternProperties",
            "propertyNames",
            "minProperties",
            "maxProperties",
            "dependentRequired",
            "dependentSchemas",
            "dependencies",
            "contains",
            "minContains",
            "maxContains",
            "prefixItems",
            "uniqueItems",
            "unevaluatedProperties",
            "unevaluatedItems",
            "$dynamicRef");

    private final JsonRules json = new JsonRules();
    private final GrammarBuilder grammar = json.grammar;
    private final JsonNode root;
    private final boolean strict;
    private final Map<String, Rule> references = new HashMap<>();

    private JsonSchemaRules(JsonNode root, boolean strict) {
        this.root = root;
        this.strict = strict;
    }

    /// @param strict refuse what cannot be guaranteed, instead of leaving it to the model
    /// @throws InvalidParameterException naming the keyword
    static Grammar compile(JsonNode schema, boolean strict) {
        JsonSchemaRules rules = new JsonSchemaRules(schema, strict);
        try {
            Rule value = rules.reference("#", 0);
            Grammar compiled = rules.grammar.build(rules.grammar.sequence(rules.json.space, value));
            if (compiled.shortestAnswer() >= Grammar.ENDLESS) {
                throw refusal("no JSON value can satisfy the schema");
            }
            return compiled;
        } catch (InvalidParameterException refused) {
            throw refused;
        } catch (IllegalArgumentException e) {
            throw refusal("the schema " + e.getMessage());
        }
    }

    private static InvalidParameterException refusal(String why) {
        return new InvalidParameterException(PARAM, PARAM + ": " + why);
    }

    private Rule reference(String pointer, int depth) {
        Rule known = references.get(pointer);
        if (known != null) {
            return known;
        }
        if (!pointer.startsWith("#")) {
            throw refusal("the schema refers to " + pointer + ", only references within it are supported");
        }
        JsonNode target = pointer.equals("#") ? root : root.at(pointer.substring(1));
        if (target.isMissingNode()) {
            throw refusal("the schema refers to " + pointer + ", which it does not have");
        }
        Rule rule = grammar.rule();
        references.put(pointer, rule);
        grammar.or(rule, value(target, depth + 1));
        return rule;
    }

    private Rule value(JsonNode schema, int depth) {
        if (depth > DEEPEST) {
            throw refusal("the schema is nested deeper than " + DEEPEST);
        }
        if (schema.isBoolean()) {
            return schema.booleanValue() ? json.value : grammar.rule();
        }
        if (!schema.isObject()) {
            throw refusal("a schema must be an object, but is " + schema);
        }
        check(schema);
        if (schema.has("$ref")) {
            return reference(schema.path("$ref").asText(), depth);
        }
        if (schema.has("const")) {
            return grammar.sequence(schema.path("const").toString());
        }
        if (schema.has("enum")) {
            List<Object> values = new ArrayList<>();
            schema.path("enum").forEach(one -> values.add(one.toString()));
            return grammar.anyOf(values.toArray());
        }
        for (String alternatives : List.of("anyOf", "oneOf")) {
            if (schema.has(alternatives)) {
                Rule any = grammar.rule();
                schema.path(alternatives).forEach(one -> grammar.or(any, value(one, depth + 1)));
                return any;
            }
        }
        if (schema.has("allOf")) {
            if (schema.path("allOf").size() != 1) {
                throw refusal("allOf of several schemas is not supported");
            }
            return value(schema.path("allOf").get(0), depth + 1);
        }
        return typed(schema, depth);
    }

    private void check(JsonNode schema) {
        if (!strict) {
            return;
        }
        schema.fieldNames().forEachRemaining(keyword -> {
            boolean says =
                    !schema.path(keyword).isBoolean() || schema.path(keyword).booleanValue();
            if (says && UNSUPPORTED.contains(keyword)) {
                throw refusal("the schema's keyword '" + keyword + "' is not supported");
            }
        });
    }

    private Rule typed(JsonNode schema, int depth) {
        JsonNode type = schema.path("type");
        if (type.isArray()) {
            Rule any = grammar.rule();
            type.forEach(one -> grammar.or(any, typed(one.asText(), schema, depth)));
            return any;
        }
        if (type.isTextual()) {
            return typed(type.textValue(), schema, depth);
        }
        if (schema.has("properties")) {
            return object(schema, depth);
        }
        return schema.has("items") ? array(schema, depth) : json.value;
    }

    private Rule typed(String type, JsonNode schema, int depth) {
        return switch (type) {
            case "object" -> object(schema, depth);
            case "array" -> array(schema, depth);
            case "string" -> string(schema);
            case "integer" -> json.integer;
            case "number" -> json.number;
            case "boolean" -> grammar.anyOf("true", "false");
            case "null" -> grammar.sequence("null");
            default -> throw refusal("the schema has the unknown type '" + type + "'");
        };
    }

    private Rule string(JsonNode schema) {
        if (!schema.has("minLength") && !schema.has("maxLength")) {
            return json.string;
        }
        int least = bound(schema, "minLength", 0);
        Rule tail = schema.has("maxLength")
                ? grammar.times(least, bound(schema, "maxLength", 0), json.character, "\"")
                : grammar.times(least, least, json.character, grammar.repeat(json.character, "\""));
        return grammar.sequence("\"", tail);
    }

    private Rule array(JsonNode schema, int depth) {
        Rule item = schema.has("items") ? value(schema.path("items"), depth + 1) : json.value;
        int least = bound(schema, "minItems", 0);
        if (schema.has("maxItems")) {
            return json.items(item, least, bound(schema, "maxItems", 0));
        }
        if (least == 0) {
            return json.items(item);
        }
        List<Object> next = List.of(",", json.space, item, json.space);
        Rule rest = grammar.times(least - 1, least - 1, next, grammar.repeat(next, "]"));
        return grammar.sequence("[", json.space, item, json.space, rest);
    }

    private static int bound(JsonNode schema, String keyword, int otherwise) {
        JsonNode value = schema.path(keyword);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.canConvertToInt() || value.intValue() < 0 || value.intValue() > MOST_REPEATS) {
            throw refusal("the schema's " + keyword + " must be 0 to " + MOST_REPEATS);
        }
        return value.intValue();
    }

    private Rule object(JsonNode schema, int depth) {
        JsonNode additional = schema.path("additionalProperties");
        boolean open = additional.isObject() || additional.asBoolean(!schema.has("properties"));
        Rule extra = additional.isObject() ? value(additional, depth + 1) : json.value;
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        List<Map.Entry<String, JsonNode>> properties =
                new ArrayList<>(schema.path("properties").properties());
        required.stream()
                .filter(name -> !schema.path("properties").has(name))
                .sorted()
                .forEach(name ->
                        properties.add(Map.entry(name, schema.path("properties").path(name))));
        if (properties.isEmpty()) {
            return open ? json.members(json.string, extra) : grammar.sequence("{", json.space, "}");
        }
        return grammar.sequence("{", json.space, members(properties, required, open, extra, depth));
    }

    /// Built from the last property to the first: for each, what may follow if something has been written, and if
    /// not.
    private Rule members(
            List<Map.Entry<String, JsonNode>> properties, Set<String> required, boolean open, Rule extra, int depth) {
        Rule afterSome = grammar.rule();
        grammar.or(afterSome, "}");
        if (open) {
            grammar.or(afterSome, ",", json.space, json.pair(json.string, extra), json.space, afterSome);
        }
        Rule afterNone = grammar.rule();
        grammar.or(afterNone, "}");
        if (open) {
            grammar.or(afterNone, json.pair(json.string, extra), json.space, afterSome);
        }
        for (Map.Entry<String, JsonNode> property : properties.reversed()) {
            Rule of = property.getValue().isMissingNode() ? json.value : value(property.getValue(), depth + 1);
            Rule pair = grammar.sequence(
                    json.pair(TextNode.valueOf(property.getKey()).toString(), of));
            Rule some = grammar.sequence(",", json.space, pair, json.space, afterSome);
            Rule none = grammar.sequence(pair, json.space, afterSome);
            boolean optional = !required.contains(property.getKey());
            afterSome = optional ? grammar.anyOf(some, afterSome) : some;
            afterNone = optional ? grammar.anyOf(none, afterNone) : none;
        }
        return afterNone;
    }
}
