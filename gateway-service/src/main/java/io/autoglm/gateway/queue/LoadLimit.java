package io.autoglm.gateway.queue;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/// `limit = base · (1 + load · 0.5)`, the rule of the articles that this project began with, where `load` is the
/// share of the model's slots that the scheduler's last list calls free: more is let in where there is room.
final class LoadLimit implements ConcurrencyLimit {
    private final int base;
    private final DoubleSupplier freeShare;

    LoadLimit(int base, DoubleSupplier freeShare) {
        this.base = base;
        this.freeShare = freeShare;
    }

    @Override
    public int limit() {
        return (int) (base * (1 + Math.clamp(freeShare.getAsDouble(), 0, 1) * 0.5));
    }

    @Override
    public void measured(Measure measure, Duration length, int running) {
        // The instances' own reports say it.
    }
}
