package io.autoglm.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.redis.client.impl.types.ErrorType;
import java.net.ConnectException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisFailureTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OOM command not allowed when used memory > 'maxmemory'. | its memory is full (OOM)",
                "MISCONF Errors writing to the AOF file: No space left | it cannot write to its disk (MISCONF)",
                "READONLY You can't write against a read only replica. | it is a replica (READONLY)",
                "ERR Error running script (call to f_5304): @user_script:3: @user_script: 3: -OOM command not allowed"
                        + " when used memory > 'maxmemory'. | its memory is full (OOM)",
                "ERR Error running script (call to f_5304): @user_script:3: attempt to index nil | it answers ERR",
                "MOVED 3999 10.0.0.7:6381 | it answers MOVED",
                "user data that came back | it answers ERR",
            })
    void what_redis_refuses_is_told_by_its_code_word_alone(String answer, String why) {
        assertThat(new RedisFailedException(ErrorType.create(answer)).failure())
                .isEqualTo(new RedisFailure.Refused(why));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CLUSTERDOWN Hash slot not served",
                "TRYAGAIN Multiple keys request during rehashing of slot",
                "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
                "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
            })
    void what_passes_by_itself_is_no_refusal(String answer) {
        String code = answer.substring(0, answer.indexOf(' '));

        assertThat(new RedisFailedException(ErrorType.create(answer)).failure())
                .isEqualTo(new RedisFailure.Away("it is not able to answer now (" + code + ")"));
    }

    @Test
    void what_cannot_be_reached_is_told_without_its_address() {
        assertThat(failure(new ConnectException("Connection refused: /10.0.0.7:6379")))
                .isEqualTo(new RedisFailure.Away("it refuses connections"));
        assertThat(failure(new IllegalStateException("failed: redis://:secret@10.0.0.7")))
                .isEqualTo(new RedisFailure.Away("the connection fails: IllegalStateException"));
        assertThat(failure(ErrorType.create("CONNECTION_CLOSED")))
                .isEqualTo(new RedisFailure.Away("the connection broke"));
    }

    @Test
    void of_many_failures_one_line_in_ten_seconds_is_logged() {
        Instant[] now = {NOW};
        FailureLog log = new FailureLog(new Ticking(now));
        RedisFailure full = new RedisFailure.Refused("its memory is full (OOM)");

        assertThat(log.failed("append", full)).isTrue();
        assertThat(log.failed("append", full)).isFalse();
        now[0] = NOW.plus(Duration.ofMillis(9_999));
        assertThat(log.failed("append", full)).isFalse();
        now[0] = NOW.plus(Duration.ofSeconds(10));
        assertThat(log.failed("append", full)).isTrue();
    }

    private static RedisFailure failure(Throwable cause) {
        return new RedisFailedException(cause).failure();
    }

    private static final class Ticking extends Clock {
        private final Instant[] now;

        Ticking(Instant[] now) {
            this.now = now;
        }

        @Override
        public Instant instant() {
            return now[0];
        }

        @Override
        public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
