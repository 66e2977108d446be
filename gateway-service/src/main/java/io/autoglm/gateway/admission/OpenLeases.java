package io.autoglm.gateway.admission;

import io.autoglm.gateway.admission.Reservation.Counted;
import io.autoglm.gateway.quota.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The requests of this gateway that are open by a lease in Redis. Safe from any thread.
final class OpenLeases {
    /// Leases that one command renews: it must not hold up Redis.
    private static final int AT_ONCE = 500;

    private final Set<Reservation> open = ConcurrentHashMap.newKeySet();
    private final SharedCounts shared;

    OpenLeases(SharedCounts shared) {
        this.shared = shared;
    }

    void add(Reservation reservation) {
        if (reservation.claim().hasLeases()) {
            open.add(reservation);
        }
    }

    void remove(Reservation reservation) {
        open.remove(reservation);
    }

    /// Nobody waits for it, and what fails is renewed the next time, of which there are three in a lease.
    ///
    /// @param known see {@link SharedCounts#renew}
    void renew(boolean known) {
        Map<String, List<String>> byScope = new HashMap<>();
        for (Reservation reservation : open) {
            if (reservation.isOpen() && reservation.counted() != Counted.BY_GATEWAY) {
                for (Scope scope : reservation.claim().scopes()) {
                    if (scope.limits().maxConcurrent() != null) {
                        byScope.computeIfAbsent(
                                        SharedCounts.leases(reservation.claim().tenant(), scope),
                                        key -> new ArrayList<>())
                                .add(reservation.claim().requestId());
                    }
                }
            }
        }
        byScope.forEach((leases, ids) -> {
            for (int from = 0; from < ids.size(); from += AT_ONCE) {
                List<String> some = ids.subList(from, Math.min(ids.size(), from + AT_ONCE));
                shared.renew(leases, some, known).subscribe().with(done -> {}, RedisReach::notRenewed);
            }
        });
    }
}
