package io.autoglm.gateway.admission;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.math.BigDecimal;
import java.util.Map;

/// What a million tokens cost, in any one currency, by model: `autoglm.prices."glm-4-9b".input=0.5`.
@ConfigMapping(prefix = "autoglm.prices")
interface PricesConfig {
    /// A model that is not named costs nothing.
    @WithParentName
    Map<String, Price> models();

    /// Prices of one model.
    interface Price {
        /// For a million tokens of prompts. Default 0.
        @WithDefault("0")
        BigDecimal input();

        /// For a million tokens of answers. Default 0.
        @WithDefault("0")
        BigDecimal output();
    }
}
