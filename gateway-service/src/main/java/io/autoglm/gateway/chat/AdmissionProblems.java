package io.autoglm.gateway.chat;

import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.queue.Turn;
import io.autoglm.gateway.quota.Limit;
import io.autoglm.gateway.quota.Scope;
import io.autoglm.gateway.quota.Verdict;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a client is told that a limit has refused.
final class AdmissionProblems {
    private AdmissionProblems() {}

    static Problem of(Verdict.Refused refused) {
        long seconds = Math.ceilDiv(refused.retryAfterMillis(), 1_000);
        if (refused.limit().isBudget()) {
            return Problem.insufficientQuota(
                    "the tenant's budget of " + refused.limit().words() + " is spent.", seconds);
        }
        return Problem.rateLimited(message(refused.limit(), refused.scope()), seconds);
    }

    /// A request that waited in vain for its model.
    static Problem of(Turn.Shed shed) {
        return switch (shed.reason()) {
            case FULL -> Problem.rateLimited("Too many requests wait for the model.", shed.retryAfterSeconds());
            case TIMEOUT ->
                Problem.unavailable(
                        "The request has waited for the model as long as it may.",
                        "queue_timeout",
                        shed.retryAfterSeconds());
            case DRAIN -> Problem.unavailable("The gateway goes away; another one takes the request.", "draining", 1);
        };
    }

    private static String message(Limit limit, @Nullable Scope scope) {
        if (scope == null) {
            return "Too many callers are being counted.";
        }
        return "The " + scope.kind() + "'s limit of " + most(limit, scope) + " " + limit.words() + " is reached.";
    }

    private static @Nullable Integer most(Limit limit, Scope scope) {
        return switch (limit) {
            case REQUESTS_PER_SECOND -> scope.limits().requestsPerSecond();
            case REQUESTS_PER_MINUTE -> scope.limits().requestsPerMinute();
            case INPUT_TOKENS_PER_MINUTE -> scope.limits().inputTokensPerMinute();
            case OUTPUT_TOKENS_PER_MINUTE -> scope.limits().outputTokensPerMinute();
            case CONCURRENCY -> scope.limits().maxConcurrent();
            case TOKENS_PER_DAY, MONEY_PER_DAY, TOKENS_PER_MONTH, MONEY_PER_MONTH, ACCOUNTS -> null;
        };
    }

    /// What OpenAI's SDKs read besides `Retry-After`: the wait in milliseconds, and whether to try at all.
    static Map<String, String> headers(Verdict.Refused refused) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("retry-after-ms", Long.toString(refused.retryAfterMillis()));
        if (refused.limit().isBudget()) {
            headers.put("x-should-retry", "false");
        }
        return headers;
    }
}
