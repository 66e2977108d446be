package io.autoglm.gateway.counting;

import io.autoglm.gateway.quota.Bill;
import io.autoglm.gateway.quota.Claim;
import io.autoglm.gateway.quota.Expenses;
import io.autoglm.gateway.quota.Limit;
import io.autoglm.gateway.quota.Tokens;
import io.autoglm.gateway.quota.Verdict;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Counts in this gateway's memory. Safe from any thread. Bounded by the number of tenants: those of which there
/// is nothing to tell are dropped when there are too many.
public final class LocalCounts {
    /// A full map is searched at most this often: a flood must not make every request walk it.
    private static final long SWEEP_MICROS = TimeUnit.SECONDS.toMicros(1);

    private final ConcurrentHashMap<String, TenantCounts> tenants = new ConcurrentHashMap<>();
    private final int maxTenants;
    private final LongSupplier micros;
    private final AtomicLong sweptMicros;

    /// @param micros of the time of day, as a tenant's day ends at midnight
    public LocalCounts(int maxTenants, LongSupplier micros) {
        this.maxTenants = maxTenants;
        this.micros = micros;
        this.sweptMicros = new AtomicLong(micros.getAsLong() - SWEEP_MICROS);
    }

    /// Decides on a request.
    public Verdict admit(Claim claim) {
        return admit(claim, true);
    }

    /// Counts one that somebody else has let in.
    ///
    /// @return whether it is counted, and to be settled
    public boolean note(Claim claim) {
        return admit(claim, false) instanceof Verdict.Admitted;
    }

    private Verdict admit(Claim claim, boolean enforce) {
        long now = micros.getAsLong();
        sweep(now);
        Verdict[] verdict = new Verdict[1];
        // Inside compute, so that no counts are dropped between being found and being used.
        tenants.compute(claim.tenant(), (name, known) -> {
            if (known == null && tenants.mappingCount() >= maxTenants) {
                return null;
            }
            TenantCounts counts = known == null ? new TenantCounts() : known;
            verdict[0] = counts.admit(claim, enforce, now);
            return counts;
        });
        return verdict[0] == null ? new Verdict.Refused(Limit.ACCOUNTS, null, 1_000, List.of()) : verdict[0];
    }

    /// @param bill what it adds to what the tenant has spent; null where that was counted elsewhere
    public void settle(Claim claim, Tokens real, @Nullable Bill bill) {
        tenants.computeIfPresent(claim.tenant(), (name, counts) -> {
            counts.settle(claim, real, bill, micros.getAsLong());
            return counts;
        });
    }

    /// What a tenant has spent at all gateways.
    public void spent(String tenant, Expenses told) {
        TenantCounts counts = tenants.get(tenant);
        if (counts != null) {
            counts.spent(told);
        }
    }

    /// How many names are counted.
    public long size() {
        return tenants.values().stream().mapToLong(TenantCounts::size).sum();
    }

    private void sweep(long now) {
        long last = sweptMicros.get();
        boolean due = now - last >= SWEEP_MICROS || now < last;
        if (due && tenants.mappingCount() >= maxTenants && sweptMicros.compareAndSet(last, now)) {
            tenants.keySet()
                    .forEach(tenant ->
                            tenants.computeIfPresent(tenant, (name, counts) -> counts.forget(now) ? null : counts));
        }
    }
}
