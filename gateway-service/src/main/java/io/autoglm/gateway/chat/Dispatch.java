package io.autoglm.gateway.chat;

import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.placement.Placed;
import io.autoglm.gateway.placement.Ticket;
import io.autoglm.gateway.upstream.Attempt;
import io.autoglm.gateway.upstream.Broken;
import io.autoglm.gateway.upstream.Fault;
import io.autoglm.gateway.upstream.InstanceRequest;
import io.autoglm.gateway.upstream.Opened;
import io.autoglm.gateway.upstream.Reply;
import io.autoglm.protocol.Headers;
import io.autoglm.protocol.placement.Lease.Target;
import io.autoglm.protocol.placement.LeaseOutcome;
import io.autoglm.protocol.placement.LeaseOutcome.Result;
import io.autoglm.protocol.placement.LeaseRequest;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Sends a request until somebody answers it, and gives its lease back. Confined to the event loop of its
/// request.
///
/// 1. a lease says where to
/// 2. an attempt, which lasts until the first token (of a stream) or the whole body
/// 3. one that came to nothing costs one more: on an alternative of the lease, or on another lease
/// 4. what came of it is told, once; the lease stays held until {@link #release}, as the answer may still break
final class Dispatch {
    private static final Logger LOG = Logger.getLogger(Dispatch.class);
    /// The first try and one retry.
    private static final int MAX_ATTEMPTS = 2;

    /// @param told what came of it
    private record Errand(CompletionRequest request, Buffer payload, Consumer<Dispatched> told) {
        String priority() {
            return request.stream() ? "interactive" : "default";
        }
    }

    private final Services services;
    private final Steps steps;
    private final Arrival arrival;
    private final @Nullable String session;

    /// Null before it was given and once nobody waits for it: a long answer must not keep its question.
    private @Nullable Errand errand;

    private @Nullable Attempt attempt;
    private @Nullable Ticket ticket;
    private @Nullable Target target;
    /// The first instance that broke on the lease that is held; a lease can name only one.
    private @Nullable String broke;

    /// Instances that the request has been sent to in vain.
    private final Set<String> tried = new LinkedHashSet<>();

    private Fault lastFault = Fault.INSTANCE;
    private int attempts;
    /// Of those that sent the same request before.
    private int earlierAttempts;

    /// @param session the context service's name of the conversation; null where there is none
    Dispatch(Services services, Steps steps, Arrival arrival, @Nullable String session) {
        this.services = services;
        this.steps = steps;
        this.arrival = arrival;
        this.session = session;
    }

    /// For the same request once more: its stream has broken, and goes on elsewhere. This one is to be
    /// released.
    Dispatch elsewhere() {
        Dispatch next = new Dispatch(services, steps, arrival, session);
        next.tried.addAll(tried);
        if (target != null) {
            next.tried.add(target.id());
        }
        next.earlierAttempts = attempts();
        return next;
    }

    /// To be called once.
    ///
    /// @param payload what goes to the instance
    /// @param told    what came of it; not called any more after {@link #release}
    void send(CompletionRequest request, Buffer payload, Consumer<Dispatched> told) {
        Errand begun = new Errand(request, payload, told);
        errand = begun;
        place(begun);
    }

    /// Why the request was placed without the scheduler; null where it was not.
    @Nullable
    String degraded() {
        return ticket == null ? null : ticket.degraded();
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
        return earlierAttempts + attempts;
    }

    /// Remembers why the instance that the request was sent to last did not serve it; one that broke is named
    /// once the lease is given back.
    void blame(Fault fault) {
        lastFault = fault;
        if (fault == Fault.INSTANCE && broke == null && target != null) {
            broke = target.id();
        }
    }

    /// The instance is told that nobody waits for its answer.
    void cancel() {
        if (attempt != null) {
            attempt.cancel();
        }
    }

    /// Nobody waits any longer; the scheduler is told how the request ended.
    ///
    /// @param ttftMillis null where no token came
    void release(End end, Spent spent, @Nullable Long ttftMillis) {
        errand = null;
        Ticket held = ticket;
        if (held != null) {
            held.release(outcome(held, end, spent, ttftMillis));
        }
    }

    private LeaseOutcome outcome(Ticket held, End end, Spent spent, @Nullable Long ttftMillis) {
        // A failure without a name would be put down to the leased instance.
        Result result = end.result() == Result.FAILED && broke == null ? Result.REFUSED : end.result();
        boolean moved = target != null && !target.id().equals(held.instance().id());
        return new LeaseOutcome(result, moved ? targetId() : null, broke, ttftMillis, spent.completionTokens());
    }

    // 1. a lease

    private void place(Errand sent) {
        LeaseRequest wanted = new LeaseRequest(
                sent.request().model(),
                sent.payload().length() / 4,
                List.of(),
                session,
                arrival.caller().tenant(),
                sent.priority(),
                List.copyOf(tried));
        services.placement()
                .place(wanted, Math.max(1, millisLeft()))
                .onComplete(steps.then(placed -> placed(sent, placed)));
    }

    private void placed(Errand sent, Placed placed) {
        switch (placed) {
            case Placed.Granted granted -> granted(sent, granted.ticket());
            case Placed.UnknownModel unknown -> {
                Dispatched.Refused gone = new Dispatched.Refused(
                        Problem.noSuchModel(sent.request().model()), End.REFUSED);
                if (lastFault == Fault.ABSENT) {
                    tell(sent, gone);
                } else {
                    notPlaced(sent, gone, 1);
                }
            }
            case Placed.NoCapacity none ->
                notPlaced(
                        sent,
                        new Dispatched.Refused(
                                Problem.unavailable(none.message(), "no_capacity", none.retryAfterSeconds()), End.BUSY),
                        none.retryAfterSeconds());
        }
    }

    private void granted(Errand sent, Ticket given) {
        if (errand == null) {
            given.release(new LeaseOutcome(Result.CLIENT_GONE, null, null, null, 0));
            return;
        }
        ticket = given;
        attempt(sent, given.instance());
    }

    /// @param atFirst what it means where nobody was asked yet
    private void notPlaced(Errand sent, Dispatched.Refused atFirst, long retryAfterSeconds) {
        tell(
                sent,
                attempts == 0
                        ? atFirst
                        : new Dispatched.Refused(Refusals.nobodyLeft(lastFault, retryAfterSeconds), End.of(lastFault)));
    }

    // 2. an attempt

    private void attempt(Errand sent, Target to) {
        long left = millisLeft();
        if (left <= 0) {
            Problem problem = Problem.tooLate("The request's time was up before it could be sent.");
            tell(sent, new Dispatched.Refused(problem, End.DEADLINE));
            return;
        }
        attempts++;
        target = to;
        CompletionRequest request = sent.request();
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .set(Headers.TENANT, arrival.caller().tenant())
                .set(Headers.PRIORITY, sent.priority())
                .set(Headers.TIMEOUT_MILLIS, Long.toString(left));
        if (request.stream()) {
            headers.set(Headers.RESUMABLE, "true");
        }
        arrival.trace().propagate(headers);
        InstanceRequest asked =
                new InstanceRequest(request.endpoint().path(), headers, sent.payload(), request.stream());
        Attempt trying = services.instances().open(to, asked, left);
        attempt = trying;
        trying.opened().onComplete(steps.then(opened -> {
            if (errand != null && attempt == trying) {
                opened(sent, opened, to);
            }
        }));
    }

    private void opened(Errand sent, Opened opened, Target by) {
        switch (opened) {
            case Opened.Streaming streaming -> tell(sent, new Dispatched.Streaming(streaming.stream()));
            case Opened.Whole whole -> whole(sent, whole.reply(), by);
            case Opened.Failed failed -> {
                Broken broken = failed.broken();
                LOG.warnf(
                        "attempt failed traceId=%s instance=%s attempt=%d kind=%s reason=%s",
                        arrival.trace().traceId(), by.id(), attempts, broken.kind(), broken.reason());
                tryAgain(
                        sent,
                        broken.fault(),
                        broken.kind().name().toLowerCase(Locale.ROOT),
                        new Dispatched.Refused(Refusals.of(broken), End.of(broken.fault())));
            }
        }
    }

    private void whole(Errand sent, Reply reply, Target by) {
        Optional<Fault> fault = reply.fault();
        if (reply.ok()) {
            tell(sent, new Dispatched.Whole(reply));
        } else if (fault.isPresent()) {
            LOG.warnf(
                    "attempt failed traceId=%s instance=%s attempt=%d kind=STATUS status=%d",
                    arrival.trace().traceId(), by.id(), attempts, reply.status());
            tryAgain(sent, fault.get(), label(fault.get()), new Dispatched.Passed(reply, End.of(fault.get())));
        } else if (reply.status() / 100 == 4 && reply.status() != 401 && reply.status() != 403) {
            tell(sent, new Dispatched.Passed(reply, End.REFUSED));
        } else {
            blame(Fault.INSTANCE);
            if (reply.status() == 401 || reply.status() == 403) {
                LOG.errorf(
                        "instance refuses this gateway, check autoglm.internal-token instance=%s status=%d",
                        by.id(), reply.status());
            }
            tell(sent, new Dispatched.Refused(Refusals.strange(reply.status()), End.FAILED));
        }
    }

    private static String label(Fault fault) {
        return switch (fault) {
            case BUSY -> "busy";
            case ABSENT -> "absent";
            case INSTANCE, DEADLINE, REQUEST -> "status";
        };
    }

    // 3. one more

    /// After an attempt that came to nothing.
    ///
    /// @param reason    the label of the retry
    /// @param otherwise what is told where there is none
    private void tryAgain(Errand sent, Fault fault, String reason, Dispatched otherwise) {
        blame(fault);
        Ticket held = ticket;
        Target inVain = target;
        if (!mayTryAgain() || held == null || inVain == null) {
            tell(sent, otherwise);
            return;
        }
        services.metrics().retried(reason);
        tried.add(inVain.id());
        held.alternatives().stream()
                .filter(candidate -> !tried.contains(candidate.id()))
                .findFirst()
                .ifPresentOrElse(candidate -> attempt(sent, candidate), () -> {
                    moveOn(held);
                    place(sent);
                });
    }

    /// A request whose time was up has none for another instance.
    private boolean mayTryAgain() {
        return lastFault != Fault.DEADLINE && attempts < MAX_ATTEMPTS && millisLeft() > 0;
    }

    /// Neither the leased instance nor an alternative answers: another lease will be asked for.
    private void moveOn(Ticket held) {
        held.release(new LeaseOutcome(broke == null ? Result.REFUSED : Result.FAILED, null, broke, null, 0));
        ticket = null;
        target = null;
        broke = null;
    }

    // 4. what came of it

    private void tell(Errand sent, Dispatched came) {
        if (errand != null) {
            errand = null;
            sent.told().accept(came);
        }
    }

    private long millisLeft() {
        long spentNanos = services.nanoClock().getAsLong() - arrival.arrivedNanos();
        return services.config().timeout().toMillis() - TimeUnit.NANOSECONDS.toMillis(spentNanos);
    }
}
