package io.autoglm.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisConditionTest {
    /// A policy with `volatile` evicts keys that have a time to live, and all of ours have one.
    @ParameterizedTest
    @ValueSource(
            strings = {"allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru", "volatile-ttl", "a-new-one"})
    void every_policy_but_noeviction_is_refused(String policy) {
        assertThat(RedisCondition.of("# Memory\r\nmaxmemory:1048576\r\nmaxmemory_policy:" + policy + "\r\n"))
                .isEqualTo(new RedisCondition.Evicting(policy));
        assertThat(RedisCondition.of("maxmemory_policy:" + policy + "\r\n"))
                .isEqualTo(new RedisCondition.Evicting(policy));
    }

    @Test
    void noeviction_is_fine_and_so_is_memory_without_a_limit() {
        assertThat(RedisCondition.of("maxmemory:1048576\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\n"))
                .isEqualTo(new RedisCondition.Usable(true));
        assertThat(RedisCondition.of("maxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\naof_enabled:1\r\n"))
                .isEqualTo(new RedisCondition.Usable(true));
        assertThat(RedisCondition.of("maxmemory:0\r\naof_enabled:1\r\n")).isEqualTo(new RedisCondition.Usable(true));
    }

    @Test
    void a_redis_that_does_not_tell_its_policy_is_refused() {
        assertThat(RedisCondition.of("maxmemory:1048576\r\naof_enabled:1\r\n"))
                .isEqualTo(new RedisCondition.Evicting("unknown"));
        assertThat(RedisCondition.of("aof_enabled:1\r\n")).isEqualTo(new RedisCondition.Evicting("unknown"));
    }

    @Test
    void a_redis_without_append_only_file_is_told_apart() {
        assertThat(RedisCondition.of("maxmemory:0\r\naof_enabled:0\r\n")).isEqualTo(new RedisCondition.Usable(false));
    }

    @Test
    void a_redis_that_loads_its_data_is_away() {
        assertThat(RedisCondition.of("loading:1\r\naof_enabled:1\r\n")).isInstanceOf(RedisCondition.Away.class);
    }
}
