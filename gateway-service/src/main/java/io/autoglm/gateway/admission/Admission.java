package io.autoglm.gateway.admission;

import io.autoglm.gateway.admission.Decision.Limit;
import io.autoglm.gateway.identity.Caller;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Admits requests by their caller's account. Counts are this gateway's own: N gateways admit N times as much.
///
/// Safe from any thread. The map is bounded: accounts that tell nothing are dropped when it is full.
@Singleton
public final class Admission {
    private static final Usage UNKNOWN = new Usage(0, 0, 1);
    /// A full map is searched for accounts to drop at most this often: a flood of unknown callers must not make
    /// every refusal walk it.
    private static final long SWEEP_NANOS = 1_000_000_000;

    private final ConcurrentHashMap<String, Account> accounts = new ConcurrentHashMap<>();
    private final int maxAccounts;
    private final LongSupplier nanoClock;
    private final AtomicLong sweptNanos;
    private final Counter admitted;
    private final Map<Limit, Counter> shed = new EnumMap<>(Limit.class);

    Admission(AdmissionConfig config, LongSupplier nanoClock, MeterRegistry metrics) {
        this.maxAccounts = config.maxAccounts();
        this.nanoClock = nanoClock;
        this.sweptNanos = new AtomicLong(nanoClock.getAsLong() - SWEEP_NANOS);
        this.admitted = counter(metrics, "admitted", "none");
        for (Limit limit : Limit.values()) {
            shed.put(limit, counter(metrics, "shed", limit.name().toLowerCase(Locale.ROOT)));
        }
        metrics.gaugeMapSize("autoglm.admission.accounts", List.of(), accounts);
    }

    public Decision admit(Caller caller) {
        Decision decision = decide(caller);
        switch (decision) {
            case Decision.Admitted in -> admitted.increment();
            case Decision.Shed out ->
                Objects.requireNonNull(shed.get(out.limit())).increment();
        }
        return decision;
    }

    private Decision decide(Caller caller) {
        long now = nanoClock.getAsLong();
        Decision[] decision = new Decision[1];
        // Inside compute, so that no account is dropped between being found and being used.
        accounts.compute(caller.account(), (name, known) -> {
            if (known == null && accounts.mappingCount() >= maxAccounts) {
                return null;
            }
            Account account = known == null ? new Account(caller.limits(), now) : known;
            decision[0] = account.admit(caller.limits(), now);
            return account;
        });
        if (decision[0] == null) {
            sweep(now);
            return new Decision.Shed(Limit.ACCOUNTS, "Too many callers are being counted.", 1, UNKNOWN);
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

    private static Counter counter(MeterRegistry metrics, String outcome, String limit) {
        return Counter.builder("autoglm.admission.requests")
                .description("Requests that admission decided on")
                .tag("outcome", outcome)
                .tag("limit", limit)
                .register(metrics);
    }
}
