package io.autoglm.gateway.quota;

import java.util.Locale;

/// Which limit refused a request. The scripts in Redis know the first nine by their place.
public enum Limit {
    REQUESTS_PER_SECOND("requests per second"),
    REQUESTS_PER_MINUTE("requests per minute"),
    INPUT_TOKENS_PER_MINUTE("prompt tokens per minute"),
    OUTPUT_TOKENS_PER_MINUTE("answer tokens per minute"),
    CONCURRENCY("concurrent requests"),
    TOKENS_PER_DAY("tokens per day"),
    MONEY_PER_DAY("money per day"),
    TOKENS_PER_MONTH("tokens per month"),
    MONEY_PER_MONTH("money per month"),
    /// Callers that one gateway counts at once.
    ACCOUNTS("callers that are counted at once");

    private final String words;

    Limit(String words) {
        this.words = words;
    }

    /// For a sentence.
    public String words() {
        return words;
    }

    /// For metrics.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Whether it is of what may be spent, for which waiting a little is no help.
    public boolean isBudget() {
        return switch (this) {
            case TOKENS_PER_DAY, MONEY_PER_DAY, TOKENS_PER_MONTH, MONEY_PER_MONTH -> true;
            case REQUESTS_PER_SECOND,
                    REQUESTS_PER_MINUTE,
                    INPUT_TOKENS_PER_MINUTE,
                    OUTPUT_TOKENS_PER_MINUTE,
                    CONCURRENCY,
                    ACCOUNTS -> false;
        };
    }
}
