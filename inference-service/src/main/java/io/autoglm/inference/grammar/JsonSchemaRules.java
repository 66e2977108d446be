package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.autoglm.inference.grammar.Element.Repeat;
import io.autoglm.inference.grammar.Element.Rule;
import io.autoglm.inference.sampling.InvalidParameterException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A JSON schema (draft 2020-12) as rules. What they describe is valid, but not all that is valid is described:
///
/// - Properties come in the order of the schema; optional ones may be left away. Others are written only where
///   `additionalProperties` invites them, or where the schema names none, and never under a declared name. Two of
///   them may have the same name, which JSON allows.
/// - Without `type`, a value is of the kind that the other keywords are about.
/// - `const`, `enum` and names are written as Jackson writes them; strings may not be longer than [#LONGEST].
///
/// Schemas that stand beside each other (`$ref`, `allOf`, `anyOf`, `oneOf` and other keywords) are read together.
/// `oneOf` must have alternatives that exclude each other ([Exclusion]). Annotations are ignored, `format` among
/// them; any other keyword that is not kept is refused ([Keywords]), whether `strict` is asked for or not.
final class JsonSchemaRules {

    /// Characters of a schema as JSON.
    private static final int MOST_TEXT = 256 * 1024;

    /// Declared in all objects together, each counted as often as it is read together with something else.
    private static final int MOST_PROPERTIES = 1000;

    /// Characters of a property's name.
    private static final int LONGEST_NAME = 1000;

    /// Characters of a `const` or of a value of an `enum`, as JSON.
    private static final int LONGEST = 16 * 1024;

    private final JsonRules json;
    private final GrammarBuilder grammar;
    private final Schemas schemas;
    private final JsonNode root;
    private final Map<String, Rule> references = new HashMap<>();
    private final Map<Flat, Rule> merged = new HashMap<>();
    private int properties;

    /// @param json to whose rules these are added
    /// @throws InvalidParameterException if the schema is too long
    JsonSchemaRules(JsonNode root, JsonRules json) {
        if (root.toString().length() > MOST_TEXT) {
            throw Keywords.refusal("", "is longer than " + MOST_TEXT + " characters");
        }
        this.root = root;
        this.json = json;
        this.grammar = json.grammar;
        this.schemas = new Schemas(root);
    }

    /// @throws InvalidParameterException naming what is wrong or not supported, and where
    static Grammar compile(JsonNode schema) {
        JsonSchemaRules rules = new JsonSchemaRules(schema, new JsonRules());
        Rule answer = rules.grammar.sequence(rules.json.space, rules.reference("#", "", 0));
        Grammar compiled = new Grammar(rules.grammar.build(), answer);
        if (compiled.shortestAnswer() >= Rules.ENDLESS) {
            throw Keywords.refusal("", "is one that no JSON value can satisfy, or only one nested too deep");
        }
        return compiled;
    }

    /// The whole schema, of which only objects are written.
    Flat objects() {
        return schemas.flat(root, "").only(List.of("object"));
    }

    /// A schema within this one.
    Flat flat(JsonNode schema, String path) {
        return schemas.flat(schema, path);
    }

    private Rule reference(String pointer, String path, int depth) {
        Rule known = references.get(pointer);
        if (known != null) {
            return known;
        }
        JsonNode target = schemas.target(pointer, path);
        Rule rule = grammar.rule();
        references.put(pointer, rule);
        grammar.or(rule, value(target, pointer.substring(1), depth + 1));
        return rule;
    }

    Rule value(JsonNode schema, String path, int depth) {
        if (depth > Schemas.DEEPEST) {
            throw Keywords.refusal(path, "is nested deeper than " + Schemas.DEEPEST);
        }
        if (schema.isBoolean()) {
            return schema.booleanValue() ? json.value : grammar.rule();
        }
        if (refersOnly(schema)) {
            Keywords.check(schema, path);
            return reference(schema.path("$ref").textValue(), path, depth);
        }
        return rule(schemas.flat(schema, path), path, depth);
    }

    private static boolean refersOnly(JsonNode schema) {
        return schema.has("$ref")
                && schema.propertyStream()
                        .allMatch(e -> e.getKey().equals("$ref") || Keywords.isAnnotation(e.getKey()));
    }

    /// What was read together may come back to itself; what is written in one place cannot but by a reference.
    Rule rule(Flat flat, String path, int depth) {
        if (depth > Schemas.DEEPEST) {
            throw Keywords.refusal(path, "is nested deeper than " + Schemas.DEEPEST);
        }
        if (!flat.merged) {
            return built(flat, path, depth);
        }
        Rule known = merged.get(flat);
        if (known != null) {
            return known;
        }
        Rule rule = grammar.rule();
        merged.put(flat, rule);
        grammar.or(rule, built(flat, path, depth));
        return rule;
    }

    private Rule built(Flat flat, String path, int depth) {
        if (!flat.choices.isEmpty()) {
            return choice(flat, path, depth);
        }
        if (flat.isFinite()) {
            return finite(flat, path);
        }
        Set<Kind> kinds = flat.written();
        if (kinds.size() == Kind.values().length) {
            return json.value;
        }
        Rule any = grammar.rule();
        for (Kind kind : kinds) {
            grammar.or(any, ofKind(kind, kinds, flat, path, depth));
        }
        return any;
    }

    private Rule choice(Flat flat, String path, int depth) {
        Flat.Choice choice = flat.choices.getFirst();
        boolean alone = flat.plain.isEmpty() && flat.choices.size() == 1;
        boolean exclusive = choice.keyword().equals("oneOf");
        Rule any = grammar.rule();
        List<Flat> options = new ArrayList<>();
        int index = 0;
        for (JsonNode alternative : choice.alternatives()) {
            String at = path + "/" + choice.keyword() + "/" + index++;
            if (exclusive || !alone) {
                options.add(schemas.both(flat.chosen(), alternative, at));
            }
            grammar.or(any, alone ? value(alternative, at, depth + 1) : rule(options.getLast(), at, depth + 1));
        }
        if (exclusive) {
            exclusive(options, path);
        }
        return any;
    }

    /// What a schema may be that has choices to make, one of the first.
    List<Flat> options(Flat flat, String path) {
        Flat.Choice choice = flat.choices.getFirst();
        List<Flat> options = new ArrayList<>();
        for (JsonNode alternative : choice.alternatives()) {
            options.add(schemas.both(flat.chosen(), alternative, path + "/" + choice.keyword() + "/" + options.size()));
        }
        if (choice.keyword().equals("oneOf")) {
            exclusive(options, path);
        }
        return options;
    }

    private void exclusive(List<Flat> options, String path) {
        Exclusion exclusion = new Exclusion(schemas);
        for (int i = 0; i < options.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (!exclusion.between(options.get(j), options.get(i), path)) {
                    throw Keywords.refusal(
                            path,
                            "has a 'oneOf' of which alternatives " + j + " and " + i
                                    + " might both hold; that is not supported, 'anyOf' is");
                }
            }
        }
    }

    private Rule finite(Flat flat, String path) {
        flat.plain.fieldNames().forEachRemaining(keyword -> {
            if (!Set.of("const", "enum", "type").contains(keyword)) {
                throw Keywords.refusal(path, "has '" + keyword + "' beside 'const' or 'enum', which is not supported");
            }
        });
        return grammar.oneOf(
                flat.values().stream().map(value -> literal(value, path)).toList());
    }

    private String literal(JsonNode value, String path) {
        String text = value.toString();
        if (text.length() > LONGEST) {
            throw Keywords.refusal(path, "has a value of more than " + LONGEST + " characters");
        }
        if (!finite(value)) {
            throw Keywords.refusal(path, "has a number that is too large");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw Keywords.refusal(path, "has a string with half a surrogate pair");
        }
        return json.written(text);
    }

    private static boolean finite(JsonNode value) {
        return value.isFloatingPointNumber()
                ? Double.isFinite(value.doubleValue())
                : value.valueStream().allMatch(JsonSchemaRules::finite);
    }

    private Object ofKind(Kind kind, Set<Kind> kinds, Flat flat, String path, int depth) {
        return switch (kind) {
            case NULL -> "null";
            case BOOLEAN -> grammar.anyOf("true", "false");
            case INTEGER -> kinds.contains(Kind.FRACTION) ? json.number : json.integer;
            case FRACTION -> grammar.rule();
            case STRING -> {
                Bounds length = bounds(flat, "minLength", "maxLength", path);
                yield length.isNone() ? json.string : json.string(length.least, length.most);
            }
            case ARRAY -> {
                Bounds items = bounds(flat, "minItems", "maxItems", path);
                JsonNode schema = flat.plain.path("items");
                Rule item = items.most == 0 || schema.isMissingNode()
                        ? json.value
                        : value(schema, path + "/items", depth + 1);
                yield items.isNone() ? json.items(item) : json.items(item, items.least, items.most);
            }
            case OBJECT -> object(flat, path, depth);
        };
    }

    record Bounds(int least, int most) {

        boolean isNone() {
            return least == 0 && most == Repeat.UNBOUNDED;
        }
    }

    static Bounds bounds(Flat flat, String minimum, String maximum, String path) {
        Bounds bounds = new Bounds(
                flat.plain.path(minimum).asInt(0), flat.plain.path(maximum).asInt(Repeat.UNBOUNDED));
        if (bounds.least > bounds.most) {
            throw Keywords.refusal(
                    path,
                    "has a '" + minimum + "' of " + bounds.least + " and a '" + maximum + "' of " + bounds.most
                            + ": no value can satisfy both");
        }
        return bounds;
    }

    private Rule object(Flat flat, String path, int depth) {
        Map<String, JsonNode> declared = declared(flat, path);
        Rule extra = flat.open() ? extra(flat, declared.keySet(), path, depth) : null;
        Properties members = new Properties(json, new ArrayList<>(declared.keySet()), flat.required(), extra);
        declared.forEach((name, schema) -> {
            String at = Keywords.step(path + "/properties", name);
            members.add(name(name, at), value(schema, at, depth + 1));
        });
        return grammar.sequence("{", json.space, members.all());
    }

    /// The properties of an object that it names, in their order.
    Map<String, JsonNode> declared(Flat flat, String path) {
        Map<String, JsonNode> declared = new LinkedHashMap<>();
        flat.plain.path("properties").properties().forEach(e -> declared.put(e.getKey(), e.getValue()));
        for (String name : flat.required()) {
            JsonNode schema = flat.property(name);
            declared.putIfAbsent(name, schema == null ? BooleanNode.TRUE : schema);
        }
        properties += declared.size();
        if (properties > MOST_PROPERTIES) {
            throw Keywords.refusal(path, "has, with those before it, more than " + MOST_PROPERTIES + " properties");
        }
        return declared;
    }

    /// A property that the schema does not declare.
    private Rule extra(Flat flat, Set<String> declared, String path, int depth) {
        JsonNode additional = flat.plain.path("additionalProperties");
        Rule value = additional.isObject() ? value(additional, path + "/additionalProperties", depth + 1) : json.value;
        Rule key = declared.isEmpty() ? json.string : OtherKeys.than(declared, json);
        return grammar.sequence(json.pair(key, value), json.space);
    }

    private String name(String name, String path) {
        if (name.length() > LONGEST_NAME) {
            throw Keywords.refusal(path, "has a name of more than " + LONGEST_NAME + " characters");
        }
        return literal(TextNode.valueOf(name), path);
    }
}
