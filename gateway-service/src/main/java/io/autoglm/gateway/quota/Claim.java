package io.autoglm.gateway.quota;

import io.autoglm.gateway.policy.Limits;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one request asks for.
///
/// @param requestId unique; whoever settles it twice settles it once
/// @param scopes    all of which must let it in
/// @param reserved  what it is thought to cost
public record Claim(String requestId, String tenant, List<Scope> scopes, Tokens reserved, Ceiling ceiling) {
    public Claim {
        scopes = List.copyOf(scopes);
    }

    /// Whether there is nothing to be asked.
    public boolean isUnlimited() {
        return ceiling.equals(Ceiling.NONE)
                && scopes.stream().allMatch(scope -> scope.limits().equals(Limits.NONE));
    }

    public boolean hasLeases() {
        return scopes.stream().anyMatch(scope -> scope.limits().maxConcurrent() != null);
    }

    /// Where a decision is told as numbers, limit after limit in the order of {@link Limits}, scope after
    /// scope: which limits they are of. Requests at once are not among them.
    public List<Allowance> allowances(Numbers numbers) {
        List<Allowance> all = new ArrayList<>();
        for (Scope scope : scopes) {
            Limits limits = scope.limits();
            add(all, Limit.REQUESTS_PER_SECOND, limits.requestsPerSecond(), numbers);
            add(all, Limit.REQUESTS_PER_MINUTE, limits.requestsPerMinute(), numbers);
            add(all, Limit.INPUT_TOKENS_PER_MINUTE, limits.inputTokensPerMinute(), numbers);
            add(all, Limit.OUTPUT_TOKENS_PER_MINUTE, limits.outputTokensPerMinute(), numbers);
        }
        return all;
    }

    /// What is left of the next limit, and in how many milliseconds all is, in turn.
    @FunctionalInterface
    public interface Numbers {
        long next();
    }

    private static void add(List<Allowance> all, Limit limit, @Nullable Integer most, Numbers numbers) {
        if (most != null) {
            long remaining = numbers.next();
            all.add(new Allowance(limit, most, remaining, numbers.next()));
        }
    }
}
