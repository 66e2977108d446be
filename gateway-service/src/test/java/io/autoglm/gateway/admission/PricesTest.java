package io.autoglm.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.gateway.quota.Tokens;
import io.autoglm.service.CannotStart;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PricesTest {

    @Test
    void a_request_costs_its_tokens_times_their_price_rounded_up_to_a_millionth() {
        Prices prices = prices(Map.of(
                "autoglm.prices.\"glm-4.1\".input", "0.07",
                "autoglm.prices.\"glm-4.1\".output", "2.50"));

        assertThat(prices.bill("glm-4.1", new Tokens(1_000_000, 0)).microMoney())
                .isEqualTo(70_000);
        assertThat(prices.bill("glm-4.1", new Tokens(0, 1_000_000)).microMoney())
                .isEqualTo(2_500_000);
        assertThat(prices.bill("glm-4.1", new Tokens(1, 0)).microMoney()).isEqualTo(1);
        assertThat(prices.bill("glm-4.1", new Tokens(100, 3)).microMoney()).isEqualTo(15);
    }

    @Test
    void what_is_not_named_costs_nothing() {
        Prices prices = prices(Map.of("autoglm.prices.glm.output", "1"));

        assertThat(prices.bill("other", new Tokens(500, 500)).microMoney()).isZero();
        assertThat(prices.bill("glm", new Tokens(500, 0)).microMoney()).isZero();
    }

    @Test
    void a_price_less_than_nothing_is_named() {
        assertThatThrownBy(() -> prices(Map.of("autoglm.prices.glm.output", "-1")))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("glm");
    }

    private static Prices prices(Map<String, String> settings) {
        return new Prices(new SmallRyeConfigBuilder()
                .withMapping(PricesConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build()
                .getConfigMapping(PricesConfig.class));
    }
}
