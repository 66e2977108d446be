package io.autoglm.inference.export;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Other names for the values of a graph. A value that happens to bear a name that is given to another is
/// moved out of the way.
final class Renaming {

    private final Map<String, String> names = new HashMap<>();
    private final Set<String> taken = new HashSet<>();

    void put(String theirs, String ours) {
        names.put(theirs, ours);
        taken.add(ours);
    }

    /// Names that no value of theirs may keep.
    void reserve(String... ours) {
        taken.addAll(Set.of(ours));
    }

    /// @param theirs empty for a value that is not there
    String of(String theirs) {
        String ours = names.get(theirs);
        if (ours != null) {
            return ours;
        }
        return taken.contains(theirs) ? theirs + "/exported" : theirs;
    }
}
