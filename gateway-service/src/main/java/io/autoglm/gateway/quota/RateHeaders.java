package io.autoglm.gateway.quota;

import io.autoglm.gateway.policy.Limits;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How a caller stands, as OpenAI's `x-ratelimit-*` headers tell it. Where several limits count the same, the one
/// of which least is left is told.
public record RateHeaders(List<Allowance> allowances) {
    public static final RateHeaders NONE = new RateHeaders(List.of());

    private static final Set<Limit> TOKENS = Set.of(Limit.INPUT_TOKENS_PER_MINUTE, Limit.OUTPUT_TOKENS_PER_MINUTE);

    public RateHeaders {
        allowances = List.copyOf(allowances);
    }

    /// Of somebody of whom nothing is counted yet.
    public static RateHeaders untouched(Limits limits) {
        List<Allowance> all = new ArrayList<>();
        add(all, Limit.REQUESTS_PER_SECOND, limits.requestsPerSecond());
        add(all, Limit.REQUESTS_PER_MINUTE, limits.requestsPerMinute());
        add(all, Limit.INPUT_TOKENS_PER_MINUTE, limits.inputTokensPerMinute());
        add(all, Limit.OUTPUT_TOKENS_PER_MINUTE, limits.outputTokensPerMinute());
        return new RateHeaders(all);
    }

    private static void add(List<Allowance> all, Limit limit, @Nullable Integer most) {
        if (most != null) {
            all.add(new Allowance(limit, most, most, 0));
        }
    }

    public void writeTo(MultiMap headers) {
        least(Set.of(Limit.REQUESTS_PER_MINUTE))
                .or(() -> least(Set.of(Limit.REQUESTS_PER_SECOND)))
                .ifPresent(least -> write(headers, least, "requests"));
        least(TOKENS).ifPresent(least -> write(headers, least, "tokens"));
    }

    private Optional<Allowance> least(Set<Limit> of) {
        return allowances.stream()
                .filter(allowance -> of.contains(allowance.limit()))
                .min(Comparator.comparingLong(Allowance::remaining).thenComparingLong(Allowance::most));
    }

    private static void write(MultiMap headers, Allowance allowance, String unit) {
        headers.set("x-ratelimit-limit-" + unit, Long.toString(allowance.most()))
                .set("x-ratelimit-remaining-" + unit, Long.toString(allowance.remaining()))
                .set("x-ratelimit-reset-" + unit, duration(allowance.resetMillis()));
    }

    /// As OpenAI writes it, which is Go's `Duration.String()`: `0s`, `120ms`, `8.64s`, `6m0s`, `1h0m0s`.
    static String duration(long millis) {
        if (millis > 0 && millis < 1_000) {
            return millis + "ms";
        }
        long minutes = millis / 60_000;
        StringBuilder text = new StringBuilder();
        if (minutes >= 60) {
            text.append(minutes / 60).append('h');
        }
        if (minutes > 0) {
            text.append(minutes % 60).append('m');
        }
        text.append(millis % 60_000 / 1_000);
        long rest = millis % 1_000;
        if (rest > 0) {
            text.append('.').append(Long.toString(1_000 + rest).substring(1).replaceAll("0+$", ""));
        }
        return text.append('s').toString();
    }
}
