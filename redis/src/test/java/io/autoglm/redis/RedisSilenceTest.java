package io.autoglm.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.service.Configs;
import io.vertx.redis.client.RedisOptions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisSilenceTest {
    @ParameterizedTest
    @CsvSource({"2000, 500, 1s, 4", "2000, 500, 500ms, 3", "2000, 500, 501ms, 4", "2000, 500, 10s, 13", "1, 1, 1ms, 1"})
    void a_connection_that_was_quiet_as_long_as_it_may_be_still_has_the_time_of_an_operation(
            int recycleMillis, int cleanMillis, String operation, int seconds) {
        RedisOptions options =
                new RedisOptions().setPoolRecycleTimeout(recycleMillis).setPoolCleanerInterval(cleanMillis);

        new RedisSilence(Configs.of(RedisConfig.class, Map.of("autoglm.redis.timeout", operation)))
                .customize("<default>", options);

        assertThat(options.getNetClientOptions().getIdleTimeoutUnit()).isEqualTo(TimeUnit.SECONDS);
        assertThat(options.getNetClientOptions().getReadIdleTimeout()).isEqualTo(seconds);
    }
}
