package io.autoglm.gateway.admission;

import io.autoglm.gateway.quota.Bill;
import io.autoglm.gateway.quota.Tokens;
import io.autoglm.service.CannotStart;
import jakarta.inject.Singleton;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What tokens cost. Exact: a price for a million tokens in the currency is a price for one in its millionths,
/// and only the sum of a request is rounded, up to a whole millionth.
@Singleton
final class Prices {
    private final Map<String, PricesConfig.Price> byModel;

    Prices(PricesConfig config) {
        this.byModel = Map.copyOf(config.models());
        byModel.forEach((model, price) -> {
            if (price.input().signum() < 0 || price.output().signum() < 0) {
                throw new CannotStart("autoglm.prices.\"" + model + "\" is less than 0", "it must be 0 or more");
            }
        });
    }

    Bill bill(String model, Tokens tokens) {
        PricesConfig.@Nullable Price price = byModel.get(model);
        return new Bill(tokens, price == null ? 0 : micro(price, tokens));
    }

    private static long micro(PricesConfig.Price price, Tokens tokens) {
        return price.input()
                .multiply(BigDecimal.valueOf(tokens.input()))
                .add(price.output().multiply(BigDecimal.valueOf(tokens.output())))
                .setScale(0, RoundingMode.UP)
                .longValueExact();
    }
}
