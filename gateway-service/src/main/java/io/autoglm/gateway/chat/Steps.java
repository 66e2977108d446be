package io.autoglm.gateway.chat;

import io.vertx.core.AsyncResult;
import io.vertx.core.Handler;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/// Runs the steps of one request, each of which begins in some callback: what is thrown there nobody else would
/// see, and the request would hang.
final class Steps {
    private static final Logger LOG = Logger.getLogger(Steps.class);

    private final String traceId;
    private final Runnable crashed;

    /// @param crashed ends the request after a step that has thrown
    Steps(String traceId, Runnable crashed) {
        this.traceId = traceId;
        this.crashed = crashed;
    }

    void run(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.errorf(e, "request failed in the gateway traceId=%s", traceId);
            crashed.run();
        }
    }

    /// A step that begins with the result of something that never fails.
    <T> Handler<AsyncResult<T>> then(Consumer<T> step) {
        return done -> run(() -> {
            if (done.failed()) {
                throw new IllegalStateException("a step that never fails has failed", done.cause());
            }
            step.accept(done.result());
        });
    }
}
