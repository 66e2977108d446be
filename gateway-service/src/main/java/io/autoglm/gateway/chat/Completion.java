package io.autoglm.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.gateway.admission.Permit;
import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.http.BodyBudget;
import io.autoglm.gateway.http.Trace;
import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.placement.Placed;
import io.autoglm.gateway.placement.Ticket;
import io.autoglm.gateway.recall.Recalled;
import io.autoglm.gateway.upstream.Attempt;
import io.autoglm.gateway.upstream.Broken;
import io.autoglm.gateway.upstream.Fault;
import io.autoglm.gateway.upstream.InstanceRequest;
import io.autoglm.gateway.upstream.Opened;
import io.autoglm.gateway.upstream.Reply;
import io.autoglm.gateway.upstream.TokenStream;
import io.autoglm.protocol.Headers;
import io.autoglm.protocol.placement.Lease.Target;
import io.autoglm.protocol.placement.LeaseOutcome;
import io.autoglm.protocol.placement.LeaseOutcome.Result;
import io.autoglm.protocol.placement.LeaseRequest;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One admitted request, until it is settled. Confined to the event loop that accepted it, so nothing here is
/// locked.
///
/// 4. recall: with a session, the turns that fit the model's window
/// 5. lease: where the request goes
/// 6. generate: straight from the instance. Up to the first token (of a stream) or the whole body, an attempt
///    that came to nothing costs one more on another instance; after it, a stream ends with an error event
/// 7. finally: the turn is stored, then the client gets the end of its answer; the {@link Settlement} gives
///    back what was held, once
///
/// Every callback asks `over` first: a client that has gone ends the request at any point between two of them.
/// And every callback is `guarded`: what is thrown there nobody else would see, and the request would hang.
final class Completion {
    private static final Logger LOG = Logger.getLogger(Completion.class);
    /// The first try and one retry.
    private static final int MAX_ATTEMPTS = 2;

    /// What an engine thought before it answered, under vLLM's older name and its newer one. Chat templates leave
    /// it out of earlier turns.
    private static final List<String> REASONING = List.of("reasoning_content", "reasoning");

    private static final Buffer NOTHING = Buffer.buffer();
    private static final Buffer NOT_REMEMBERED = Buffer.buffer(": not-remembered\n\n");

    private final Services services;
    private final HttpServerResponse response;
    private final Answer answer;
    private final Settlement settlement;
    private final Trace trace;
    private final Caller caller;
    private final @Nullable Memory memory;
    private final long arrivedNanos;

    private CompletionRequest request;
    private Buffer payload = NOTHING;
    private @Nullable Attempt attempt;
    private @Nullable Relay relay;
    /// Instances that this request has been sent to in vain.
    private final Set<String> tried = new LinkedHashSet<>();

    private Fault lastFault = Fault.INSTANCE;

    Completion(
            Services services,
            RoutingContext rc,
            Caller caller,
            CompletionRequest request,
            @Nullable String session,
            Permit permit,
            BodyBudget.Share share,
            long arrivedNanos) {
        this.services = services;
        this.response = rc.response();
        this.trace = Trace.of(rc);
        this.caller = caller;
        this.request = request;
        this.memory =
                session == null ? null : new Memory(services, services.recall().session(caller, session, trace));
        this.arrivedNanos = arrivedNanos;
        this.answer = new Answer(response, services.problems(), services.nanoClock(), arrivedNanos);
        this.settlement = new Settlement(services, trace, caller, session != null, permit, share, arrivedNanos);
    }

    void run() {
        services.metrics().opened();
        response.closeHandler(closed -> guarded(this::clientGone));
        response.exceptionHandler(broken -> guarded(this::clientGone));
        guarded(this::recall);
    }

    private <T> Handler<AsyncResult<T>> then(Consumer<T> step) {
        return done -> guarded(() -> {
            if (done.failed()) {
                throw new IllegalStateException("a step that never fails has failed", done.cause());
            }
            step.accept(done.result());
        });
    }

    void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.errorf(e, "request failed in the gateway traceId=%s", trace.traceId());
            crashed();
        }
    }

    private void crashed() {
        try {
            cancelUpstream();
            if (over()) {
                answer.cutOff();
            } else {
                settle(End.INTERNAL, 500, spent());
                answer.fail(Problem.internal());
            }
        } catch (RuntimeException e) {
            LOG.errorf(e, "request could not be ended traceId=%s", trace.traceId());
            answer.cutOff();
        }
    }

    boolean over() {
        return settlement.over();
    }

    // 4. recall

    private void recall() {
        Memory session = memory;
        if (session == null) {
            payload = request.forInstance(request.messages());
            place();
        } else {
            session.recall(request).onComplete(then(found -> recalled(session, found)));
        }
    }

    private void recalled(Memory session, Recalled recalled) {
        if (over()) {
            return;
        }
        switch (recalled) {
            case Recalled.Away away -> refuse(Refusals.noRecall(away.retryAfterSeconds()), End.REFUSED);
            case Recalled.Remembered found -> {
                payload = request.forInstance(session.join(found, request));
                place();
            }
        }
    }

    // 5. lease

    private void place() {
        LeaseRequest wanted = new LeaseRequest(
                request.model(),
                payload.length() / 4,
                List.of(),
                memory == null ? null : memory.id(),
                caller.tenant(),
                priority(),
                List.copyOf(tried));
        services.placement().place(wanted, Math.max(1, millisLeft())).onComplete(then(this::placed));
    }

    private void placed(Placed placed) {
        boolean first = settlement.attempts() == 0;
        switch (placed) {
            case Placed.Granted granted -> granted(granted.ticket());
            case Placed.UnknownModel unknown ->
                notPlaced(
                        first ? Problem.noSuchModel(request.model()) : Refusals.nobodyLeft(lastFault, 1), End.REFUSED);
            case Placed.NoCapacity none ->
                notPlaced(
                        first
                                ? Problem.unavailable(none.message(), "no_capacity", none.retryAfterSeconds())
                                : Refusals.nobodyLeft(lastFault, none.retryAfterSeconds()),
                        End.BUSY);
        }
    }

    private void granted(Ticket given) {
        if (over()) {
            given.release(new LeaseOutcome(Result.CLIENT_GONE, null, null, null, 0));
            return;
        }
        settlement.holds(given);
        attempt(given.instance());
    }

    private void notPlaced(Problem problem, End end) {
        if (!over()) {
            refuse(problem, settlement.attempts() == 0 ? end : End.of(lastFault));
        }
    }

    // 6. generate

    private void attempt(Target to) {
        long left = millisLeft();
        if (left <= 0) {
            refuse(Problem.tooLate("The request's time was up before it could be sent."), End.DEADLINE);
            return;
        }
        settlement.sentTo(to);
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .set(Headers.TENANT, caller.tenant())
                .set(Headers.PRIORITY, priority())
                .set(Headers.TIMEOUT_MILLIS, Long.toString(left));
        trace.propagate(headers);
        Attempt trying = services.instances()
                .open(to, new InstanceRequest(request.endpoint().path(), headers, payload, request.stream()), left);
        attempt = trying;
        trying.opened().onComplete(then(opened -> {
            if (!over() && attempt == trying) {
                opened(opened, to);
            }
        }));
    }

    private void opened(Opened opened, Target by) {
        switch (opened) {
            case Opened.Streaming streaming -> beginStream(streaming.stream());
            case Opened.Whole whole -> whole(whole.reply(), by);
            case Opened.Failed failed -> {
                Broken broken = failed.broken();
                LOG.warnf(
                        "attempt failed traceId=%s instance=%s attempt=%d kind=%s reason=%s",
                        trace.traceId(), by.id(), settlement.attempts(), broken.kind(), broken.reason());
                blame(broken.fault());
                if (mayTryAgain()) {
                    tryAgain(by, broken.kind().name().toLowerCase(Locale.ROOT));
                } else {
                    refuse(Refusals.of(broken), End.of(broken.fault()));
                }
            }
        }
    }

    private void blame(Fault fault) {
        lastFault = fault;
        if (fault == Fault.INSTANCE) {
            settlement.broke();
        }
    }

    /// After an attempt that came to nothing. A request whose time was up has none for another instance.
    private boolean mayTryAgain() {
        return lastFault != Fault.DEADLINE && settlement.attempts() < MAX_ATTEMPTS && millisLeft() > 0;
    }

    private void tryAgain(Target inVain, String reason) {
        services.metrics().retried(reason);
        tried.add(inVain.id());
        Ticket held = settlement.ticket();
        if (held == null) {
            throw new IllegalStateException("a retry without a lease");
        }
        held.alternatives().stream()
                .filter(candidate -> !tried.contains(candidate.id()))
                .findFirst()
                .ifPresentOrElse(this::attempt, () -> {
                    settlement.moveOn();
                    place();
                });
    }

    // 6a. a whole answer

    private void whole(Reply reply, Target by) {
        Optional<Fault> fault = reply.fault();
        if (reply.ok()) {
            answerWhole(reply, by);
        } else if (fault.isPresent()) {
            LOG.warnf(
                    "attempt failed traceId=%s instance=%s attempt=%d kind=STATUS status=%d",
                    trace.traceId(), by.id(), settlement.attempts(), reply.status());
            blame(fault.get());
            if (mayTryAgain()) {
                tryAgain(by, fault.get() == Fault.BUSY ? "busy" : "status");
            } else {
                pass(reply, End.of(fault.get()), new Spent(0, 0));
            }
        } else if (reply.status() / 100 == 4 && reply.status() != 401 && reply.status() != 403) {
            pass(reply, End.REFUSED, new Spent(0, 0));
        } else {
            blame(Fault.INSTANCE);
            if (reply.status() == 401 || reply.status() == 403) {
                LOG.errorf(
                        "instance refuses this gateway, check autoglm.internal-token instance=%s status=%d",
                        by.id(), reply.status());
            }
            refuse(Refusals.strange(reply.status()), End.FAILED);
        }
    }

    private void answerWhole(Reply reply, Target by) {
        releaseRequest();
        @Nullable JsonNode read = null;
        try {
            read = RequestParser.JSON.readTree(reply.body().getBytes());
        } catch (IOException e) {
            LOG.warnf("answer is not JSON traceId=%s instance=%s", trace.traceId(), by.id());
        }
        Spent spent = read == null ? new Spent(0, 0) : Spent.of(read.path("usage"));
        Optional<ObjectNode> message = read == null
                ? Optional.empty()
                : Optional.of(read.path("choices").path(0).path("message"))
                        .filter(JsonNode::isObject)
                        .map(it -> ((ObjectNode) it).without(REASONING));
        remember(message, spent).onComplete(then(done -> {
            if (!over()) {
                pass(reply, End.OK, spent);
            }
        }));
    }

    private void pass(Reply reply, End end, Spent spent) {
        mark();
        settle(end, reply.status(), spent);
        answer.pass(reply);
    }

    // 6b. a stream

    private void beginStream(TokenStream tokens) {
        MessageAssembler assembler =
                memory == null ? null : new MessageAssembler(services.recall().maxTurnBytes());
        Relay begun = new Relay(this, services, response, tokens, new StreamedAnswer(request.wantsUsage(), assembler));
        relay = begun;
        settlement.firstToken(request);
        releaseRequest();
        mark();
        answer.beginStream();
        begun.begin();
    }

    /// The stream broke off.
    void streamBroke(Broken broken, Spent spent) {
        LOG.warnf(
                "stream failed traceId=%s instance=%s kind=%s reason=%s",
                trace.traceId(), settlement.targetId(), broken.kind(), broken.reason());
        blame(broken.fault());
        settle(End.of(broken.fault()), Refusals.of(broken).status(), spent);
        answer.fail(Refusals.of(broken));
    }

    /// The instance has said itself that the stream does not go on, and the client has been told so.
    void streamFailed(Fault fault, Spent spent) {
        blame(fault);
        End end = End.of(fault);
        settle(end, end.status(), spent);
        response.end();
    }

    void streamDone(StreamedAnswer said) {
        remember(said.message(), said.spent()).onComplete(then(done -> {
            if (!over()) {
                settle(End.OK, 200, said.spent());
                response.end(forgot() ? NOT_REMEMBERED.copy().appendBuffer(said.held()) : said.held());
            }
        }));
    }

    void clientStalled() {
        LOG.infof("client does not read traceId=%s", trace.traceId());
        clientGone();
        answer.cutOff();
    }

    // 7. finally

    /// Stores the turn of a session.
    private Future<Void> remember(Optional<ObjectNode> message, Spent spent) {
        return memory == null ? Future.succeededFuture() : memory.store(request, message, spent);
    }

    private boolean forgot() {
        return memory != null && memory.forgot();
    }

    /// From here on the answer flows, perhaps for minutes, and the question is not needed to try again.
    private void releaseRequest() {
        payload = NOTHING;
        request = request.answered(memory != null);
        settlement.bodyReleased();
    }

    private void refuse(Problem problem, End end) {
        mark();
        settle(end, problem.status(), new Spent(0, 0));
        answer.fail(problem);
    }

    private void clientGone() {
        if (over()) {
            return;
        }
        settle(End.CLIENT_GONE, 499, spent());
        cancelUpstream();
    }

    private void settle(End end, int status, Spent spent) {
        if (relay != null) {
            relay.over();
        }
        settlement.settle(request, end, status, spent);
    }

    private void cancelUpstream() {
        Relay flowing = relay;
        Attempt trying = attempt;
        if (flowing != null) {
            flowing.cancel();
        } else if (trying != null) {
            trying.cancel();
        }
    }

    private void mark() {
        answer.mark(settlement.ticket(), settlement.target(), forgot());
    }

    private Spent spent() {
        return relay == null ? new Spent(0, 0) : relay.spent();
    }

    private long millisLeft() {
        long spentNanos = services.nanoClock().getAsLong() - arrivedNanos;
        return services.config().timeout().toMillis() - TimeUnit.NANOSECONDS.toMillis(spentNanos);
    }

    private String priority() {
        return request.stream() ? "interactive" : "default";
    }
}
