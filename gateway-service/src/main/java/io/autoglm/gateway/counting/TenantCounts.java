package io.autoglm.gateway.counting;

import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.quota.Bill;
import io.autoglm.gateway.quota.Ceiling;
import io.autoglm.gateway.quota.Claim;
import io.autoglm.gateway.quota.Expenses;
import io.autoglm.gateway.quota.Limit;
import io.autoglm.gateway.quota.Scope;
import io.autoglm.gateway.quota.Tokens;
import io.autoglm.gateway.quota.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// All that is counted of one tenant, so that a request is let in by all of its limits at once or by none.
/// Guarded by its own monitor, held for microseconds.
final class TenantCounts {
    private static final int CROWD = 1_024;
    private static final long DAY = TimeUnit.DAYS.toMicros(1);

    /// A scope's counts, and the limits that were last in force.
    private static final class Counted {
        final ScopeCounts counts = new ScopeCounts();
        Limits limits = Limits.NONE;
    }

    /// The refusal that holds for longest; the first of those that hold as long.
    private static final class Longest {
        private @Nullable Limit limit;
        private @Nullable Scope scope;
        private long millis;

        void add(Limit next, @Nullable Scope of, double micros) {
            long held = Math.max(1, (long) Math.ceil(micros / 1000));
            if (limit == null || held > millis) {
                limit = next;
                scope = of;
                millis = held;
            }
        }
    }

    private final Map<String, Counted> scopes = new HashMap<>();
    private Expenses expenses = Expenses.NONE;
    private int open;
    /// When so many scopes are counted, those of which there is nothing to tell are dropped: a walk for each
    /// doubling of what is left, so that it costs each scope little.
    private int crowded = CROWD;

    /// @param enforce whether the limits hold; else all is only counted
    synchronized Verdict admit(Claim claim, boolean enforce, long now) {
        if (scopes.size() >= crowded) {
            forget(now);
            crowded = Math.max(CROWD, 2 * scopes.size());
        }
        Longest refusal = new Longest();
        budgets(claim.ceiling(), now, refusal);
        for (Scope scope : claim.scopes()) {
            Counted counted = scopes.computeIfAbsent(scope.name(), name -> new Counted());
            counted.limits = scope.limits();
            counted.counts.check(
                    scope.limits(), claim.reserved(), now, (limit, micros) -> refusal.add(limit, scope, micros));
        }
        Limit limit = enforce ? refusal.limit : null;
        if (limit == null) {
            open++;
            for (Scope scope : claim.scopes()) {
                counts(scope).take(claim.requestId(), scope.limits(), claim.reserved(), now);
            }
        }
        List<Long> numbers = new ArrayList<>();
        for (Scope scope : claim.scopes()) {
            counts(scope).tell(scope.limits(), now, numbers);
        }
        Iterator<Long> told = numbers.iterator();
        return limit == null
                ? new Verdict.Admitted(claim.allowances(told::next))
                : new Verdict.Refused(limit, refusal.scope, refusal.millis, claim.allowances(told::next));
    }

    private ScopeCounts counts(Scope scope) {
        return scopes.computeIfAbsent(scope.name(), name -> new Counted()).counts;
    }

    private void budgets(Ceiling ceiling, long now, Longest refusal) {
        long today = now / DAY;
        Expenses spent = expenses.on(today);
        double tomorrow = (today + 1) * DAY - now;
        double nextMonth = Expenses.firstDayOf(spent.month() + 1) * DAY - now;
        budget(Limit.TOKENS_PER_DAY, ceiling.dayTokens(), spent.dayTokens(), tomorrow, refusal);
        budget(Limit.MONEY_PER_DAY, ceiling.dayMoney(), spent.dayMoney(), tomorrow, refusal);
        budget(Limit.TOKENS_PER_MONTH, ceiling.monthTokens(), spent.monthTokens(), nextMonth, refusal);
        budget(Limit.MONEY_PER_MONTH, ceiling.monthMoney(), spent.monthMoney(), nextMonth, refusal);
    }

    private static void budget(Limit limit, @Nullable Long most, long spent, double micros, Longest refusal) {
        if (most != null && spent >= most) {
            refusal.add(limit, null, micros);
        }
    }

    /// To be called once for each that was admitted.
    ///
    /// @param bill not counted where null: it was counted elsewhere
    synchronized void settle(Claim claim, Tokens real, @Nullable Bill bill, long now) {
        open--;
        for (Scope scope : claim.scopes()) {
            counts(scope).settle(claim.requestId(), scope.limits(), claim.reserved(), real, now);
        }
        if (bill != null) {
            expenses = expenses.on(now / DAY).plus(bill);
        }
    }

    /// What has been spent according to somebody who knows better.
    synchronized void spent(Expenses told) {
        expenses = told;
    }

    synchronized int size() {
        return scopes.size();
    }

    /// Forgets what tells nothing.
    ///
    /// @return whether all of it is forgotten; what was spent is not told by it
    synchronized boolean forget(long now) {
        scopes.values().removeIf(counted -> counted.counts.tellsNothing(counted.limits, now));
        return scopes.isEmpty() && open == 0;
    }
}
