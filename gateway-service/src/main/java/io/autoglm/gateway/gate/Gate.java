package io.autoglm.gateway.gate;

import io.autoglm.gateway.admission.Admission;
import io.autoglm.gateway.admission.AdmissionConfig;
import io.autoglm.gateway.admission.AdmissionMetrics;
import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.quota.Limit;
import io.autoglm.gateway.quota.RateHeaders;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The first look at a request, before its body is read: that costs memory and time, so both are bounded for each
/// caller, at this gateway alone and with room to spare. What a caller may really use the {@link Admission}
/// decides once the request is known.
///
/// Safe from any thread. The map is bounded: accounts that tell nothing are dropped when it is full.
@Singleton
public final class Gate {
    /// How much more than its limits a caller may send here. All it may use could come by this gateway, and
    /// what is refused takes room as well, for a moment.
    static final int GENEROUS = 2;
    /// A full map is searched for accounts to drop at most this often: a flood of unknown callers must not make
    /// every refusal walk it.
    private static final long SWEEP_NANOS = 1_000_000_000;

    private final ConcurrentHashMap<String, Account> accounts = new ConcurrentHashMap<>();
    private final int maxAccounts;
    private final LongSupplier nanoClock;
    private final AtomicLong sweptNanos;
    private final int generosity;
    private final AdmissionMetrics metrics;

    @Inject
    Gate(AdmissionConfig config, LongSupplier nanoClock, AdmissionMetrics metrics) {
        this(config.maxAccounts(), nanoClock, metrics, GENEROUS);
    }

    Gate(int maxAccounts, LongSupplier nanoClock, AdmissionMetrics metrics, int generosity) {
        this.maxAccounts = maxAccounts;
        this.nanoClock = nanoClock;
        this.sweptNanos = new AtomicLong(nanoClock.getAsLong() - SWEEP_NANOS);
        this.metrics = metrics;
        this.generosity = generosity;
        metrics.accounts(accounts);
    }

    public Decision enter(Caller caller) {
        Decision decision = decide(caller);
        if (decision instanceof Decision.Shed shed) {
            metrics.shed(shed.limit());
        }
        return decision;
    }

    private Decision decide(Caller caller) {
        long now = nanoClock.getAsLong();
        Limits limits = new Limits(
                null,
                times(caller.limits().requestsPerMinute()),
                null,
                null,
                times(caller.limits().maxConcurrent()));
        Decision[] decision = new Decision[1];
        // Inside compute, so that no account is dropped between being found and being used.
        accounts.compute(caller.account(), (name, known) -> {
            if (known == null && accounts.mappingCount() >= maxAccounts) {
                return null;
            }
            Account account = known == null ? new Account(limits, now) : known;
            decision[0] = account.admit(limits, RateHeaders.untouched(caller.limits()), now);
            return account;
        });
        if (decision[0] == null) {
            sweep(now);
            return new Decision.Shed(Limit.ACCOUNTS, "Too many callers are being counted.", 1, RateHeaders.NONE);
        }
        return decision[0];
    }

    private void sweep(long now) {
        long last = sweptNanos.get();
        if (now - last >= SWEEP_NANOS && sweptNanos.compareAndSet(last, now)) {
            accounts.keySet()
                    .forEach(name -> accounts.computeIfPresent(
                            name, (n, account) -> account.tellsNothing(now) ? null : account));
        }
    }

    private @Nullable Integer times(@Nullable Integer limit) {
        return limit == null ? null : (int) Math.min(Integer.MAX_VALUE, (long) generosity * limit);
    }
}
