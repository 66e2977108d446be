package io.autoglm.context.store;

import java.util.HashMap;
import java.util.Map;

/// What `INFO` says about whether conversations are safe in this Redis.
sealed interface RedisCondition {

    /// @param appendOnly whether every write goes to the append-only file; without it a restart forgets
    record Usable(boolean appendOnly) implements RedisCondition {}

    /// @param why in words, without addresses or credentials
    record Away(String why) implements RedisCondition {}

    /// It evicts keys that have a time to live ahead of them, so it would forget conversations in use.
    record Evicting(String policy) implements RedisCondition {}

    static RedisCondition of(String info) {
        Map<String, String> fields = new HashMap<>();
        info.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        if (!fields.getOrDefault("loading", "0").equals("0")) {
            return new Away("it is still loading its data");
        }
        String policy = fields.getOrDefault("maxmemory_policy", "noeviction");
        return policy.startsWith("allkeys-")
                ? new Evicting(policy)
                : new Usable(fields.getOrDefault("aof_enabled", "0").equals("1"));
    }
}
