package io.autoglm.gateway.chat;

import io.autoglm.gateway.admission.Permit;
import io.autoglm.gateway.http.BodyBudget;
import io.autoglm.gateway.http.Trace;
import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.placement.Ticket;
import io.autoglm.protocol.placement.Lease.Target;
import io.autoglm.protocol.placement.LeaseOutcome;
import io.autoglm.protocol.placement.LeaseOutcome.Result;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// What one request holds (its permit, its part of the body budget, its lease) and what has come of it so far;
/// and the one end at which all of that is given back and told. Confined to the event loop of its request.
final class Settlement {
    private static final Logger LOG = Logger.getLogger(Settlement.class);

    private final Services services;
    private final Trace trace;
    private final Caller caller;
    private final boolean inSession;
    private final Permit permit;
    private final BodyBudget.Share share;
    private final long arrivedNanos;

    private @Nullable Ticket ticket;
    private @Nullable Target target;
    /// The first instance that broke on the lease that is held; a lease can name only one.
    private @Nullable String broke;

    private int attempts;
    private long firstTokenNanos = -1;
    private boolean over;

    Settlement(
            Services services,
            Trace trace,
            Caller caller,
            boolean inSession,
            Permit permit,
            BodyBudget.Share share,
            long arrivedNanos) {
        this.services = services;
        this.trace = trace;
        this.caller = caller;
        this.inSession = inSession;
        this.permit = permit;
        this.share = share;
        this.arrivedNanos = arrivedNanos;
    }

    boolean over() {
        return over;
    }

    @Nullable
    Ticket ticket() {
        return ticket;
    }

    /// Where the request was sent last; null before it was sent, and when its lease was given back for another
    /// one.
    @Nullable
    Target target() {
        return target;
    }

    String targetId() {
        return target == null ? "none" : target.id();
    }

    int attempts() {
        return attempts;
    }

    void holds(Ticket granted) {
        ticket = granted;
    }

    void sentTo(Target instance) {
        attempts++;
        target = instance;
    }

    /// The instance that the request was sent to last: it counts against it once the lease is given back.
    void broke() {
        if (broke == null && target != null) {
            broke = target.id();
        }
    }

    /// Neither the leased instance nor an alternative answers: another lease will be asked for.
    void moveOn() {
        Ticket held = ticket;
        if (held != null) {
            held.release(new LeaseOutcome(broke == null ? Result.REFUSED : Result.FAILED, null, broke, null, 0));
        }
        ticket = null;
        target = null;
        broke = null;
    }

    /// The body is needed no more; see {@link BodyBudget}.
    void bodyReleased() {
        share.close();
    }

    void firstToken(CompletionRequest request) {
        firstTokenNanos = services.nanoClock().getAsLong();
        services.metrics()
                .firstToken(request.endpoint(), modelLabel(request), Duration.ofNanos(firstTokenNanos - arrivedNanos));
    }

    /// The one end of every request.
    void settle(CompletionRequest request, End end, int status, Spent spent) {
        if (over) {
            throw new IllegalStateException("a request was settled twice");
        }
        over = true;
        share.close();
        permit.release();
        Ticket held = ticket;
        if (held != null) {
            held.release(outcome(held, end, spent));
        }
        measure(request, end, status, spent);
    }

    private LeaseOutcome outcome(Ticket held, End end, Spent spent) {
        Target at = target;
        boolean moved = at != null && !at.id().equals(held.instance().id());
        @Nullable
        Long ttft = firstTokenNanos == -1 ? null : TimeUnit.NANOSECONDS.toMillis(firstTokenNanos - arrivedNanos);
        // A failure without a name would be put down to the leased instance.
        Result result = end.result() == Result.FAILED && broke == null ? Result.REFUSED : end.result();
        return new LeaseOutcome(result, moved && at != null ? at.id() : null, broke, ttft, spent.completionTokens());
    }

    private void measure(CompletionRequest request, End end, int status, Spent spent) {
        long now = services.nanoClock().getAsLong();
        boolean streamed = firstTokenNanos != -1;
        services.metrics()
                .closed(
                        request.endpoint(),
                        modelLabel(request),
                        errorType(end, status),
                        Duration.ofNanos(now - arrivedNanos));
        if (end == End.OK) {
            services.metrics()
                    .tokens(
                            request.endpoint(),
                            modelLabel(request),
                            spent,
                            streamed ? Duration.ofNanos(now - firstTokenNanos) : Duration.ZERO);
        }
        LOG.infof(
                "request ended traceId=%s requestId=%s tenant=%s account=%s model=%s stream=%s session=%s status=%d result=%s"
                        + " instance=%s attempts=%d ttftMs=%d totalMs=%d promptTokens=%d completionTokens=%d",
                trace.traceId(),
                trace.requestId(),
                caller.tenant(),
                caller.account(),
                modelLabel(request),
                request.stream(),
                inSession,
                status,
                end,
                targetId(),
                attempts,
                streamed ? TimeUnit.NANOSECONDS.toMillis(firstTokenNanos - arrivedNanos) : -1,
                TimeUnit.NANOSECONDS.toMillis(now - arrivedNanos),
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
