package io.autoglm.gateway.counting;

import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.quota.Limit;
import io.autoglm.gateway.quota.Tokens;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is counted under one name. Not thread-safe; its tenant's counts guard it.
final class ScopeCounts {
    private static final long SECOND = 1_000_000;
    private static final long MINUTE = 60_000_000;

    /// Where the limit that holds for longest is kept.
    interface Refusals {
        void add(Limit limit, double micros);
    }

    /// Made when a limit wants them: most scopes have only one of the two.
    private @Nullable SlidingWindow second;

    private @Nullable SlidingWindow minute;
    private final TokenDebt input = new TokenDebt();
    private final TokenDebt output = new TokenDebt();
    private final Set<String> open = new HashSet<>();
    private long usedMicros;

    void check(Limits limits, Tokens cost, long now, Refusals refusals) {
        if (limits.requestsPerSecond() != null) {
            second = second == null ? new SlidingWindow(SECOND) : second;
            check(second, limits.requestsPerSecond(), Limit.REQUESTS_PER_SECOND, now, refusals);
        }
        if (limits.requestsPerMinute() != null) {
            minute = minute == null ? new SlidingWindow(MINUTE) : minute;
            check(minute, limits.requestsPerMinute(), Limit.REQUESTS_PER_MINUTE, now, refusals);
        }
        Integer inputs = limits.inputTokensPerMinute();
        if (inputs != null && input.microsUntil(cost.input(), inputs, now) > 0) {
            refusals.add(Limit.INPUT_TOKENS_PER_MINUTE, input.microsUntil(cost.input(), inputs, now));
        }
        Integer outputs = limits.outputTokensPerMinute();
        if (outputs != null && output.microsUntil(cost.output(), outputs, now) > 0) {
            refusals.add(Limit.OUTPUT_TOKENS_PER_MINUTE, output.microsUntil(cost.output(), outputs, now));
        }
        Integer most = limits.maxConcurrent();
        if (most != null && open.size() >= most) {
            refusals.add(Limit.CONCURRENCY, SECOND);
        }
    }

    private static void check(SlidingWindow window, int most, Limit limit, long now, Refusals refusals) {
        window.moveTo(now);
        if (window.count() >= most) {
            refusals.add(limit, (double) window.microsUntilFewerThan(most, now));
        }
    }

    /// After {@link #check} at the same time.
    void take(String requestId, Limits limits, Tokens cost, long now) {
        usedMicros = now;
        if (limits.requestsPerSecond() != null && second != null) {
            second.add(now);
        }
        if (limits.requestsPerMinute() != null && minute != null) {
            minute.add(now);
        }
        correct(limits, cost.input(), cost.output(), now);
        open.add(requestId);
    }

    void settle(String requestId, Limits limits, Tokens was, Tokens is, long now) {
        correct(limits, is.input() - was.input(), is.output() - was.output(), now);
        open.remove(requestId);
    }

    private void correct(Limits limits, long inputTokens, long outputTokens, long now) {
        if (limits.inputTokensPerMinute() != null) {
            input.take(inputTokens, limits.inputTokensPerMinute(), now);
        }
        if (limits.outputTokensPerMinute() != null) {
            output.take(outputTokens, limits.outputTokensPerMinute(), now);
        }
    }

    /// What is left, and the milliseconds until all is, in the order of {@link Limits}.
    void tell(Limits limits, long now, List<Long> numbers) {
        tell(limits.requestsPerSecond(), second, now, numbers);
        tell(limits.requestsPerMinute(), minute, now, numbers);
        tell(limits.inputTokensPerMinute(), input, now, numbers);
        tell(limits.outputTokensPerMinute(), output, now, numbers);
    }

    private static void tell(@Nullable Integer most, @Nullable SlidingWindow window, long now, List<Long> numbers) {
        if (most != null && window != null) {
            numbers.add((long) Math.max(0, most - window.count()));
            numbers.add((long) Math.max(0, Math.ceil(window.microsUntilNone(now) / 1000.0)));
        }
    }

    private static void tell(@Nullable Integer most, TokenDebt debt, long now, List<Long> numbers) {
        if (most != null) {
            double owed = debt.owed(most, now);
            numbers.add((long) Math.max(0, Math.floor(most - owed)));
            numbers.add((long) Math.ceil(owed * 60_000 / most));
        }
    }

    /// Whether it equals a new one: nothing is open, and nothing was let in for so long that all is forgotten.
    ///
    /// @param limits that are in force
    boolean tellsNothing(Limits limits, long now) {
        return open.isEmpty()
                && now - usedMicros > 2 * MINUTE
                && owesNothing(limits.inputTokensPerMinute(), input, now)
                && owesNothing(limits.outputTokensPerMinute(), output, now);
    }

    private static boolean owesNothing(@Nullable Integer perMinute, TokenDebt debt, long now) {
        return perMinute == null || debt.owed(perMinute, now) == 0;
    }
}
