package io.autoglm.inference.api;

import io.autoglm.inference.ServingModel;
import io.autoglm.inference.repository.Use;
import org.jspecify.annotations.Nullable;

/// What a request holds of a model until its thread is done with it.
final class Held implements AutoCloseable {

    private @Nullable Use use;
    private boolean closed;

    /// Holds it on the request's behalf. Any thread, once.
    synchronized ServingModel hold(Use taken) {
        if (closed) {
            taken.close();
            throw new ClientGoneException();
        }
        use = taken;
        return taken.model();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (use != null) {
            use.close();
        }
    }
}
