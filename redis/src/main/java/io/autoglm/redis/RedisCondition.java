package io.autoglm.redis;

import java.util.HashMap;
import java.util.Map;

/// Whether what lies in this Redis is safe, and whether it can be written. Of a cluster it is the condition
/// of the one node that was asked: Quarkus' client, which measures the one of Vert.x, has no way to ask each.
public sealed interface RedisCondition {

    /// @param appendOnly whether every write goes to the append-only file; without it a restart forgets
    record Usable(boolean appendOnly) implements RedisCondition {}

    /// It can be reached and takes no writes.
    record Refusing(String why) implements RedisCondition {}

    /// @param why in words, without addresses or credentials
    record Away(String why) implements RedisCondition {}

    /// It evicts keys when its memory is full. A `volatile-*` policy evicts what has a time to live,
    /// as conversations have, and an `allkeys-*` one anything.
    record Evicting(String policy) implements RedisCondition {}

    /// What `INFO` says; whether writes are taken it does not tell.
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
        // A Redis that does not say, as one whose operator hides it, may evict.
        String policy = fields.getOrDefault("maxmemory_policy", "unknown");
        boolean unlimited = fields.getOrDefault("maxmemory", "").equals("0");
        return policy.equals("noeviction") || unlimited
                ? new Usable(fields.getOrDefault("aof_enabled", "0").equals("1"))
                : new Evicting(policy);
    }

    static RedisCondition of(RedisFailure failure) {
        return switch (failure) {
            case RedisFailure.Away(String why) -> new Away(why);
            case RedisFailure.Refused(String why) -> new Refusing(why);
        };
    }
}
