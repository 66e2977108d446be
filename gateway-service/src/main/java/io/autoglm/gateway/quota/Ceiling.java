package io.autoglm.gateway.quota;

import io.autoglm.gateway.policy.Budget;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/// A {@link Budget} as it is counted: money in millionths of the currency. Null is no limit.
public record Ceiling(
        @Nullable Long dayTokens,
        @Nullable Long dayMoney,
        @Nullable Long monthTokens,
        @Nullable Long monthMoney) {
    public static final Ceiling NONE = new Ceiling(null, null, null, null);

    public static Ceiling of(Budget budget) {
        return new Ceiling(
                budget.tokensPerDay(),
                micro(budget.moneyPerDay()),
                budget.tokensPerMonth(),
                micro(budget.moneyPerMonth()));
    }

    private static @Nullable Long micro(@Nullable BigDecimal money) {
        return money == null
                ? null
                : money.movePointRight(6)
                        .setScale(0, RoundingMode.DOWN)
                        .min(BigDecimal.valueOf(Long.MAX_VALUE))
                        .longValueExact();
    }
}
