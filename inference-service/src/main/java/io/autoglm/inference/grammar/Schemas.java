package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A JSON schema's parts made [Flat], with a limit on the work that it may cause.
final class Schemas {

    /// Levels of nesting, and of references that refer on.
    static final int DEEPEST = 64;

    private static final int MOST_WORK = 20_000;
    private static final int MOST_MERGED = 1000;

    private final JsonNode root;
    private int work;
    private int merged;

    Schemas(JsonNode root) {
        this.root = root;
    }

    Flat flat(JsonNode schema, String path) {
        return both(new Flat(), schema, path);
    }

    /// What `before` and `schema` ask for together; `before` itself is changed.
    Flat both(Flat before, JsonNode schema, String path) {
        absorb(schema, path, new ArrayList<>(), 0, before);
        if (before.merged && ++merged > MOST_MERGED) {
            throw Keywords.refusal(path, "has more than " + MOST_MERGED + " parts to be read together");
        }
        return before;
    }

    /// Counts one step.
    void work(String path) {
        if (++work > MOST_WORK) {
            throw Keywords.refusal(path, "is too large: it has more than " + MOST_WORK + " parts");
        }
    }

    /// @param pointer a fragment, `#/$defs/pet`
    JsonNode target(String pointer, String path) {
        if (!pointer.startsWith("#")) {
            throw Keywords.refusal(path, "refers to " + Keywords.brief(pointer) + ", only '#…' is supported");
        }
        JsonNode target;
        try {
            String decoded = URLDecoder.decode(pointer.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
            target = root.at(decoded);
        } catch (IllegalArgumentException e) {
            throw Keywords.refusal(path, "refers to " + Keywords.brief(pointer) + ", which is no JSON pointer");
        }
        if (target.isMissingNode()) {
            throw Keywords.refusal(path, "refers to " + Keywords.brief(pointer) + ", which does not exist");
        }
        return target;
    }

    private void absorb(JsonNode schema, String path, List<String> through, int depth, Flat flat) {
        work(path);
        if (depth > DEEPEST) {
            throw Keywords.refusal(path, "is nested deeper than " + DEEPEST);
        }
        if (schema.isBoolean()) {
            if (!schema.booleanValue()) {
                flat.nothing();
            }
            return;
        }
        Keywords.check(schema, path);
        flat.narrow(schema);
        flat.merged |= depth > 0;
        for (String keyword : List.of("anyOf", "oneOf")) {
            if (schema.has(keyword)) {
                flat.choices.add(new Flat.Choice(keyword, schema.path(keyword)));
            }
        }
        int at = 0;
        for (JsonNode part : schema.path("allOf")) {
            absorb(part, path + "/allOf/" + at++, through, depth + 1, flat);
        }
        if (schema.has("$ref")) {
            String pointer = schema.path("$ref").textValue();
            if (through.contains(pointer)) {
                throw Keywords.refusal(path, "refers to " + Keywords.brief(pointer) + " and so to itself");
            }
            through.add(pointer);
            absorb(target(pointer, path), pointer.substring(1), through, depth + 1, flat);
            through.removeLast();
        }
    }
}
