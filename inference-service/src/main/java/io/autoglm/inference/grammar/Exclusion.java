package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/// Whether two schemas surely exclude each other, so that `oneOf` of them is `anyOf`: by type, by the values that
/// they list, or by a property that tells them apart.
final class Exclusion {

    private static final int DEEPEST = 4;

    private final Schemas schemas;

    Exclusion(Schemas schemas) {
        this.schemas = schemas;
    }

    boolean between(Flat some, Flat other, String path) {
        return excludes(some, other, path, 0) && excludes(other, some, path, 0);
    }

    /// Whether nothing that is written for `mine` is valid for `theirs`.
    private boolean excludes(Flat mine, Flat theirs, String path, int depth) {
        schemas.work(path);
        if (mine.isFinite()) {
            return mine.values().stream()
                    .noneMatch(value -> theirs.kinds().contains(Kind.ofValue(value))
                            && (!theirs.isFinite() || theirs.lists(value)));
        }
        Set<Kind> shared = EnumSet.noneOf(Kind.class);
        shared.addAll(mine.written());
        shared.retainAll(valid(theirs));
        if (shared.isEmpty()) {
            return true;
        }
        return shared.equals(Set.of(Kind.OBJECT)) && depth < DEEPEST && tellsApart(mine, theirs, path, depth);
    }

    private static Set<Kind> valid(Flat flat) {
        return flat.isFinite() ? flat.values().stream().map(Kind::ofValue).collect(Collectors.toSet()) : flat.kinds();
    }

    private boolean tellsApart(Flat mine, Flat theirs, String path, int depth) {
        for (String name : theirs.required()) {
            boolean declared =
                    mine.plain.path("properties").has(name) || mine.required().contains(name);
            if (!declared && !mine.open()) {
                return true;
            }
        }
        Set<String> present = new LinkedHashSet<>(mine.required());
        present.addAll(theirs.required());
        for (String name : present) {
            JsonNode some = mine.property(name);
            JsonNode other = theirs.property(name);
            if (some != null
                    && other != null
                    && excludes(schemas.flat(some, path), schemas.flat(other, path), path, depth + 1)) {
                return true;
            }
        }
        return false;
    }
}
