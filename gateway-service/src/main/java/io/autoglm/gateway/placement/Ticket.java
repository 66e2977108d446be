package io.autoglm.gateway.placement;

import io.autoglm.protocol.placement.Lease.Target;
import io.autoglm.protocol.placement.LeaseOutcome;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The right to send one request to one instance. It is given back once; a second time changes nothing.
///
/// The request's own time bounds it, by this machine's monotonic clock. When the lease behind it ends is the
/// scheduler's concern: the wall clocks of two machines differ, and one that slept differs from itself.
public final class Ticket {
    private final Target instance;
    private final List<Target> alternatives;
    private final @Nullable String degraded;
    private final Consumer<LeaseOutcome> giveBack;
    private final AtomicBoolean released = new AtomicBoolean();

    /// @param degraded why the scheduler had no part in it; null where it had
    Ticket(Target instance, List<Target> alternatives, @Nullable String degraded, Consumer<LeaseOutcome> giveBack) {
        this.instance = instance;
        this.alternatives = List.copyOf(alternatives);
        this.degraded = degraded;
        this.giveBack = giveBack;
    }

    public Target instance() {
        return instance;
    }

    /// Best first, without the instance itself.
    public List<Target> alternatives() {
        return alternatives;
    }

    /// `scheduler-down` or `scheduler-settling`; null where the scheduler has placed the request.
    public @Nullable String degraded() {
        return degraded;
    }

    /// Returns at once; the scheduler is told in the background.
    public void release(LeaseOutcome outcome) {
        if (released.compareAndSet(false, true)) {
            giveBack.accept(outcome);
        }
    }
}
