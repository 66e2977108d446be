package io.autoglm.inference.repository;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Why the last loads came to nothing, by name; of so many names that a bound keeps the latest. Guarded by
/// its {@link ModelRepository}.
final class Failures {

    private static final int MOST = 32;

    private final Map<String, String> reasons = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > MOST;
        }
    };

    void put(String name, String why) {
        reasons.remove(name);
        reasons.put(name, why);
    }

    /// @return whether there was one
    boolean forget(String name) {
        return reasons.remove(name) != null;
    }

    Optional<String> of(String name) {
        return Optional.ofNullable(reasons.get(name));
    }

    Set<String> names() {
        return reasons.keySet();
    }
}
