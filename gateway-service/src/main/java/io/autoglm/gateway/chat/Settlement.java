package io.autoglm.gateway.chat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The one end of a request, at which all that it holds (its permit, its part of the body budget, its lease) is
/// given back, and what came of it is measured and told. Confined to the event loop of its request.
final class Settlement {
    private static final Logger LOG = Logger.getLogger(Settlement.class);

    private final Services services;
    private final Arrival arrival;
    private final Held held;
    private Dispatch dispatch;
    private final boolean inSession;

    private long firstTokenNanos = -1;
    /// Whether the first token came from the instance that was asked last.
    private boolean firstTokenIsTheirs = true;
    private boolean over;

    Settlement(Services services, Arrival arrival, Held held, Dispatch dispatch, boolean inSession) {
        this.services = services;
        this.arrival = arrival;
        this.held = held;
        this.dispatch = dispatch;
        this.inSession = inSession;
    }

    boolean over() {
        return over;
    }

    /// The body is needed no more; see {@link io.autoglm.service.http.BodyBudget}.
    void bodyReleased() {
        held.share().close();
    }

    void firstToken(CompletionRequest request) {
        firstTokenNanos = services.nanoClock().getAsLong();
        services.metrics()
                .firstToken(
                        request.endpoint(),
                        modelLabel(request),
                        Duration.ofNanos(firstTokenNanos - arrival.arrivedNanos()));
    }

    /// The stream broke and goes on elsewhere.
    ///
    /// @param spent so far
    void moved(Dispatch next, End end, Spent spent) {
        dispatch.release(end, spent, ttftMillis());
        dispatch = next;
        firstTokenIsTheirs = false;
    }

    void settle(CompletionRequest request, End end, int status, Spent spent) {
        if (over) {
            throw new IllegalStateException("a request was settled twice");
        }
        over = true;
        held.release();
        dispatch.release(end, spent, firstTokenIsTheirs ? ttftMillis() : null);
        measure(request, end, status, spent);
    }

    private @Nullable Long ttftMillis() {
        return firstTokenNanos == -1 ? null : TimeUnit.NANOSECONDS.toMillis(firstTokenNanos - arrival.arrivedNanos());
    }

    private void measure(CompletionRequest request, End end, int status, Spent spent) {
        long now = services.nanoClock().getAsLong();
        long tookNanos = now - arrival.arrivedNanos();
        @Nullable Long ttftMillis = ttftMillis();
        services.metrics()
                .closed(request.endpoint(), modelLabel(request), errorType(end, status), Duration.ofNanos(tookNanos));
        if (end == End.OK) {
            services.metrics()
                    .tokens(
                            request.endpoint(),
                            modelLabel(request),
                            spent,
                            ttftMillis == null ? Duration.ZERO : Duration.ofNanos(now - firstTokenNanos));
        }
        LOG.infof(
                "request ended traceId=%s requestId=%s tenant=%s account=%s model=%s stream=%s session=%s status=%d result=%s"
                        + " instance=%s attempts=%d ttftMs=%d totalMs=%d promptTokens=%d completionTokens=%d",
                arrival.trace().traceId(),
                arrival.trace().requestId(),
                arrival.caller().tenant(),
                arrival.caller().account(),
                modelLabel(request),
                request.stream(),
                inSession,
                status,
                end,
                dispatch.targetId(),
                dispatch.attempts(),
                ttftMillis == null ? -1 : ttftMillis,
                TimeUnit.NANOSECONDS.toMillis(tookNanos),
                spent.promptTokens(),
                spent.completionTokens());
    }

    private String modelLabel(CompletionRequest request) {
        return services.snapshot().instances().maxModelTokens(request.model()).isPresent()
                ? request.model()
                : "unknown";
    }

    private static String errorType(End end, int status) {
        return end == End.OK ? "none" : end == End.CLIENT_GONE ? "client_gone" : Integer.toString(status);
    }
}
