package io.autoglm.inference.repository;

import io.autoglm.inference.ServingModel;
import java.util.concurrent.atomic.AtomicBoolean;

/// A request's hold on the version that it began on: it is not freed before the hold is given up.
public final class Use implements AutoCloseable {

    private final ServingModel model;
    private final Runnable end;
    private final AtomicBoolean held = new AtomicBoolean(true);

    Use(ServingModel model, Runnable end) {
        this.model = model;
        this.end = end;
    }

    public ServingModel model() {
        return model;
    }

    /// Any thread; once.
    @Override
    public void close() {
        if (held.compareAndSet(true, false)) {
            end.run();
        }
    }
}
