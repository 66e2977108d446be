package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What several schemas that must all hold ask for together: a schema without `$ref`, `allOf` and annotations, and
/// the choices that it has to make. Equal by content.
final class Flat {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /// 1 and 1.0 are the same value.
    private static final Comparator<JsonNode> BY_VALUE = (some, other) ->
            some.equals(other) || (isFinite(some) && isFinite(other) && compare(some, other) == 0) ? 0 : 1;

    /// `anyOf` or `oneOf`.
    record Choice(String keyword, JsonNode alternatives) {}

    final ObjectNode plain = JSON.objectNode();
    final List<Choice> choices = new ArrayList<>();

    /// Whether this is of more than one schema, or of one that stands elsewhere.
    boolean merged;

    /// This without its first choice.
    Flat chosen() {
        Flat rest = new Flat();
        rest.plain.setAll(plain);
        rest.choices.addAll(choices.subList(1, choices.size()));
        return rest;
    }

    /// This, of which only values of some types are valid.
    Flat only(Collection<String> types) {
        Flat narrowed = new Flat();
        narrowed.plain.setAll(plain);
        narrowed.choices.addAll(choices);
        ArrayNode names = JSON.arrayNode();
        types.forEach(names::add);
        narrowed.narrow(JSON.objectNode().set("type", names));
        return narrowed;
    }

    /// Nothing is valid any more.
    void nothing() {
        plain.set("type", JSON.arrayNode());
    }

    /// Kinds of the values that are valid.
    Set<Kind> kinds() {
        return Kind.of(plain.path("type"));
    }

    /// Kinds of the values that are written: where `type` is missing, those that the other keywords are about.
    Set<Kind> written() {
        Set<Kind> kinds = kinds();
        if (plain.has("type")) {
            return kinds;
        }
        Set<Kind> meant = EnumSet.noneOf(Kind.class);
        if (has("properties", "required", "additionalProperties")) {
            meant.add(Kind.OBJECT);
        }
        if (has("minLength", "maxLength")) {
            meant.add(Kind.STRING);
        }
        if (has("items", "minItems", "maxItems")) {
            meant.add(Kind.ARRAY);
        }
        return meant.isEmpty() ? kinds : meant;
    }

    private boolean has(String... keywords) {
        for (String keyword : keywords) {
            if (plain.has(keyword)) {
                return true;
            }
        }
        return false;
    }

    /// Whether only some values, which it lists, are valid.
    boolean isFinite() {
        return has("const", "enum");
    }

    /// Those values.
    List<JsonNode> values() {
        List<JsonNode> values =
                plain.has("enum") ? plain.path("enum").valueStream().toList() : List.of(plain.path("const"));
        return values.stream()
                .filter(value -> !plain.has("const") || same(value, plain.path("const")))
                .filter(value -> kinds().contains(Kind.ofValue(value)))
                .toList();
    }

    boolean lists(JsonNode value) {
        return values().stream().anyMatch(one -> same(one, value));
    }

    Set<String> required() {
        Set<String> names = new LinkedHashSet<>();
        plain.path("required").forEach(name -> names.add(name.textValue()));
        return names;
    }

    /// Whether properties that it does not name are written: where `additionalProperties` invites them, or
    /// where it names none.
    boolean open() {
        JsonNode additional = plain.path("additionalProperties");
        return additional.isMissingNode()
                ? !plain.has("properties")
                : additional.isObject() || additional.booleanValue();
    }

    /// What holds for a property: null where anything does.
    @Nullable
    JsonNode property(String name) {
        return property(plain, name);
    }

    /// What else must hold.
    ///
    /// @param schema a checked one
    void narrow(JsonNode schema) {
        merged |= !plain.isEmpty() || !choices.isEmpty();
        if (schema.has("properties") || schema.has("additionalProperties")) {
            properties(schema);
        }
        schema.properties().forEach(e -> narrow(e.getKey(), e.getValue()));
    }

    private void narrow(String keyword, JsonNode value) {
        JsonNode known = plain.path(keyword);
        switch (keyword) {
            case "type" -> type(value);
            case "const" -> {
                if (!known.isMissingNode() && !same(known, value)) {
                    nothing();
                }
                plain.set(keyword, value);
            }
            case "enum" -> plain.set(keyword, known.isMissingNode() ? value : shared(known, value));
            case "required" -> {
                Set<String> names = required();
                value.forEach(name -> names.add(name.textValue()));
                ArrayNode list = plain.putArray(keyword);
                names.forEach(list::add);
            }
            case "items" -> plain.set(keyword, known.isMissingNode() ? value : both(known, value));
            case "minLength", "minItems" -> plain.put(keyword, Math.max(known.asInt(0), value.intValue()));
            case "maxLength", "maxItems" ->
                plain.put(keyword, Math.min(known.asInt(Integer.MAX_VALUE), value.intValue()));
            default -> {}
        }
    }

    private void type(JsonNode value) {
        Set<Kind> kinds = kinds();
        kinds.retainAll(Kind.of(value));
        ArrayNode types = JSON.arrayNode();
        for (Kind kind : kinds) {
            switch (kind) {
                case INTEGER -> types.add(kinds.contains(Kind.FRACTION) ? "number" : "integer");
                case FRACTION -> {}
                default -> types.add(kind.name().toLowerCase(Locale.ROOT));
            }
        }
        plain.set("type", types);
    }

    /// A property that only one of the two names is an additional one for the other.
    private void properties(JsonNode schema) {
        ObjectNode together = JSON.objectNode();
        Set<String> names = new LinkedHashSet<>();
        plain.path("properties").fieldNames().forEachRemaining(names::add);
        schema.path("properties").fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            JsonNode mine = property(plain, name);
            JsonNode theirs = property(schema, name);
            JsonNode one = mine == null ? theirs : theirs == null ? mine : both(mine, theirs);
            together.set(name, one == null ? BooleanNode.TRUE : one);
        }
        if (plain.has("properties") || schema.has("properties")) {
            plain.set("properties", together);
        }
        JsonNode mine = plain.path("additionalProperties");
        JsonNode theirs = schema.path("additionalProperties");
        if (!theirs.isMissingNode()) {
            plain.set("additionalProperties", mine.isMissingNode() ? theirs : both(mine, theirs));
        }
    }

    private static @Nullable JsonNode property(JsonNode schema, String name) {
        JsonNode declared = schema.path("properties").path(name);
        JsonNode found = declared.isMissingNode() ? schema.path("additionalProperties") : declared;
        return found.isMissingNode() ? null : found;
    }

    private static JsonNode both(JsonNode some, JsonNode other) {
        if (some.isBoolean() || other.isBoolean()) {
            boolean first = some.isBoolean();
            JsonNode known = first ? some : other;
            return known.booleanValue() ? (first ? other : some) : BooleanNode.FALSE;
        }
        return some.equals(other)
                ? some
                : JSON.objectNode().set("allOf", JSON.arrayNode().add(some).add(other));
    }

    private static ArrayNode shared(JsonNode some, JsonNode other) {
        ArrayNode shared = JSON.arrayNode();
        some.valueStream()
                .filter(value -> other.valueStream().anyMatch(one -> same(one, value)))
                .forEach(shared::add);
        return shared;
    }

    private static int compare(JsonNode some, JsonNode other) {
        return some.decimalValue().compareTo(other.decimalValue());
    }

    private static boolean isFinite(JsonNode value) {
        return value.isNumber() && Double.isFinite(value.doubleValue());
    }

    static boolean same(JsonNode some, JsonNode other) {
        return some.equals(BY_VALUE, other);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Flat flat && flat.plain.equals(plain) && flat.choices.equals(choices);
    }

    @Override
    public int hashCode() {
        return Objects.hash(plain, choices);
    }
}
