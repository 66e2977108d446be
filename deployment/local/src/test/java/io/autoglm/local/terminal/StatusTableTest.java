package io.autoglm.local.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.local.home.Address;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusTableTest {

    private static final Instant SINCE = Instant.parse("2026-11-21T10:00:00Z");

    private final StatusTable table = new StatusTable(List.of(
            new PartStatus("redis", new Address("rediss://redis.example:6379", 6379), null, "ready", SINCE, null),
            new PartStatus(
                    "inference-1",
                    Address.onLoopback(8000),
                    new Running(42, "a birth"),
                    "ejected",
                    SINCE,
                    "it hangs")));

    @Test
    void programs_get_the_documented_shape() {
        assertThat(table.json())
                .isEqualTo(
                        "{\"parts\":["
                                + "{\"part\":\"redis\",\"port\":6379,\"pid\":null,\"state\":\"ready\",\"since\":\"2026-11-21T10:00:00Z\"},"
                                + "{\"part\":\"inference-1\",\"port\":8000,\"pid\":42,\"state\":\"ejected\",\"since\":\"2026-11-21T10:00:00Z\",\"reason\":\"it hangs\"}]}");
    }

    @Test
    void people_get_columns_and_the_reason() {
        assertThat(table.text(SINCE.plusSeconds(5)).lines())
                .satisfiesExactly(
                        heading -> assertThat(heading).matches("PART +ADDRESS +PID +STATE +SINCE"),
                        redis -> assertThat(redis).matches("redis +rediss://redis.example:6379 +- +ready +5s"),
                        inference -> assertThat(inference)
                                .matches("inference-1 +127.0.0.1:8000 +42 +ejected +5s +it hangs"));
    }

    @ParameterizedTest
    @CsvSource({"PT-3S,0s", "PT59S,59s", "PT7M5S,7m", "PT3H12M,3h12m", "P5DT1H,5d"})
    void an_age_has_the_unit_that_matters(Duration age, String shown) {
        assertThat(StatusTable.age(SINCE, SINCE.plus(age))).isEqualTo(shown);
    }
}
