package io.autoglm.context.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RedisConditionTest {
    @Test
    void every_policy_that_evicts_any_key_is_refused() {
        for (String policy : new String[] {"allkeys-lru", "allkeys-lfu", "allkeys-random", "allkeys-lrm"}) {
            assertThat(RedisCondition.of("# Memory\r\nmaxmemory_policy:" + policy + "\r\n"))
                    .isEqualTo(new RedisCondition.Evicting(policy));
        }
    }

    @Test
    void noeviction_and_volatile_policies_are_fine() {
        for (String policy : new String[] {"noeviction", "volatile-lru", "volatile-ttl"}) {
            assertThat(RedisCondition.of("maxmemory_policy:" + policy + "\r\naof_enabled:1\r\n"))
                    .isEqualTo(new RedisCondition.Usable(true));
        }
    }

    @Test
    void a_redis_without_append_only_file_is_told_apart() {
        assertThat(RedisCondition.of("aof_enabled:0\r\n")).isEqualTo(new RedisCondition.Usable(false));
    }

    @Test
    void a_redis_that_loads_its_data_is_away() {
        assertThat(RedisCondition.of("loading:1\r\naof_enabled:1\r\n")).isInstanceOf(RedisCondition.Away.class);
    }
}
