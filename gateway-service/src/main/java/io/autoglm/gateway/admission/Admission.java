package io.autoglm.gateway.admission;

import io.autoglm.gateway.identity.Caller;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/// Admits requests by their caller's account. Counts are this gateway's own: N gateways admit N times as much.
///
/// Safe from any thread. The map is bounded: accounts that tell nothing are dropped when it is full.
@Singleton
public final class Admission {
    private static final Usage UNKNOWN = new Usage(0, 0, 1);

    private final ConcurrentHashMap<String, Account> accounts = new ConcurrentHashMap<>();
    private final int maxAccounts;
    private final LongSupplier nanoClock;
    private final Counter admitted;
    private final Counter shed;

    Admission(AdmissionConfig config, LongSupplier nanoClock, MeterRegistry metrics) {
        this.maxAccounts = config.maxAccounts();
        this.nanoClock = nanoClock;
        this.admitted = counter(metrics, "admitted");
        this.shed = counter(metrics, "shed");
        metrics.gaugeMapSize("autoglm.admission.accounts", List.of(), accounts);
    }

    public Decision admit(Caller caller) {
        Decision decision = decide(caller);
        (decision instanceof Decision.Admitted ? admitted : shed).increment();
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
            Account account = known == null || !sameQuota(known, caller) ? new Account(caller.quota(), now) : known;
            decision[0] = account.admit(now);
            return account;
        });
        if (decision[0] == null) {
            accounts.keySet()
                    .forEach(name -> accounts.computeIfPresent(
                            name, (n, account) -> account.tellsNothing(now) ? null : account));
            return new Decision.Shed("Too many callers are being counted.", 1, UNKNOWN);
        }
        return decision[0];
    }

    private static boolean sameQuota(Account account, Caller caller) {
        return account.quota().equals(caller.quota());
    }

    private static Counter counter(MeterRegistry metrics, String outcome) {
        return Counter.builder("autoglm.admission.requests")
                .description("Requests that admission decided on")
                .tag("outcome", outcome)
                .register(metrics);
    }
}
