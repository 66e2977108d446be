package io.autoglm.gateway.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateHeadersTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "1, 1ms",
        "999, 999ms",
        "1000, 1s",
        "8640, 8.64s",
        "59951, 59.951s",
        "60000, 1m0s",
        "360000, 6m0s",
        "61005, 1m1.005s",
        "3600000, 1h0m0s",
        "7384000, 2h3m4s",
    })
    void a_duration_is_written_as_openai_does(long millis, String text) {
        assertThat(RateHeaders.duration(millis)).isEqualTo(text);
    }

    @Test
    void of_several_limits_of_a_kind_the_one_of_which_least_is_left_is_told() {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        new RateHeaders(List.of(
                        new Allowance(Limit.REQUESTS_PER_SECOND, 10, 1, 500),
                        new Allowance(Limit.REQUESTS_PER_MINUTE, 100, 60, 1_000),
                        new Allowance(Limit.INPUT_TOKENS_PER_MINUTE, 4_000, 3_000, 2_000),
                        new Allowance(Limit.REQUESTS_PER_MINUTE, 500, 59, 30_000),
                        new Allowance(Limit.OUTPUT_TOKENS_PER_MINUTE, 9_000, 2_999, 90_000)))
                .writeTo(headers);

        assertThat(headers.get("x-ratelimit-limit-requests")).isEqualTo("500");
        assertThat(headers.get("x-ratelimit-remaining-requests")).isEqualTo("59");
        assertThat(headers.get("x-ratelimit-reset-requests")).isEqualTo("30s");
        assertThat(headers.get("x-ratelimit-limit-tokens")).isEqualTo("9000");
        assertThat(headers.get("x-ratelimit-remaining-tokens")).isEqualTo("2999");
        assertThat(headers.get("x-ratelimit-reset-tokens")).isEqualTo("1m30s");
    }

    @Test
    void where_there_is_no_limit_nothing_is_told() {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        RateHeaders.NONE.writeTo(headers);
        assertThat(headers.isEmpty()).isTrue();
    }
}
