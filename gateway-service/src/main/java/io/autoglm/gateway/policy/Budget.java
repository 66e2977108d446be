package io.autoglm.gateway.policy;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/// How much may be used in a day and in a month of UTC. Null is no limit; 0 is nothing at all.
///
/// @param tokensPerDay   prompts and answers together
/// @param tokensPerMonth prompts and answers together
/// @param moneyPerDay    in the currency in which `autoglm.prices` are given
/// @param moneyPerMonth  in the currency in which `autoglm.prices` are given
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Budget(
        @Nullable Long tokensPerDay,
        @Nullable Long tokensPerMonth,
        @Nullable BigDecimal moneyPerDay,
        @Nullable BigDecimal moneyPerMonth) {

    public static final Budget NONE = new Budget(null, null, null, null);

    public Budget {
        notNegative("tokensPerDay", tokensPerDay == null ? null : BigDecimal.valueOf(tokensPerDay));
        notNegative("tokensPerMonth", tokensPerMonth == null ? null : BigDecimal.valueOf(tokensPerMonth));
        notNegative("moneyPerDay", moneyPerDay);
        notNegative("moneyPerMonth", moneyPerMonth);
    }

    private static void notNegative(String field, @Nullable BigDecimal value) {
        if (value != null && value.signum() < 0) {
            throw new IllegalArgumentException(field + ": must not be negative, was " + value);
        }
    }
}
