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
import io.autoglm.gateway.recall.Recall.Session;
import io.autoglm.gateway.recall.Recalled;
import io.autoglm.gateway.recall.TurnCost;
import io.autoglm.gateway.upstream.Attempt;
import io.autoglm.gateway.upstream.Broken;
import io.autoglm.gateway.upstream.Fault;
import io.autoglm.gateway.upstream.InstanceRequest;
import io.autoglm.gateway.upstream.Opened;
import io.autoglm.gateway.upstream.Reply;
import io.autoglm.gateway.upstream.SseEvent;
import io.autoglm.gateway.upstream.TokenStream;
import io.autoglm.protocol.Headers;
import io.autoglm.protocol.conversation.Turn;
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
import java.util.ArrayList;
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

    private static final Buffer NOTHING = Buffer.buffer();
    private static final Buffer NOT_REMEMBERED = Buffer.buffer(": not-remembered\n\n");

    private final Services services;
    private final HttpServerResponse response;
    private final Answer answer;
    private final Settlement settlement;
    private final Trace trace;
    private final Caller caller;
    private final @Nullable Session session;
    private final long arrivedNanos;

    private CompletionRequest request;
    private Buffer payload = NOTHING;
    private @Nullable TurnCost turnCost;
    private @Nullable Attempt attempt;
    private @Nullable TokenStream stream;
    private @Nullable StreamedAnswer streamed;
    /// Instances that this request has been sent to in vain.
    private final Set<String> tried = new LinkedHashSet<>();

    private Fault lastFault = Fault.INSTANCE;
    /// Runs while the client does not read what was sent; -1 else.
    private long stalledTimer = -1;

    private boolean ending;
    private boolean forgot;

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
        this.session = session == null ? null : services.recall().session(caller, session, trace);
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

    private void guarded(Runnable step) {
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
            if (settlement.over()) {
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

    // 4. recall

    private void recall() {
        if (session == null) {
            payload = request.forInstance(request.messages());
            place();
            return;
        }
        services.recall()
                .recall(session, request.model(), request.messages(), request.maxTokens())
                .onComplete(then(this::recalled));
    }

    private void recalled(Recalled recalled) {
        if (settlement.over()) {
            return;
        }
        switch (recalled) {
            case Recalled.Away away ->
                refuse(
                        Problem.unavailable(
                                "The conversation cannot be recalled now; without X-Session-Id chat goes on.",
                                "context_unavailable",
                                away.retryAfterSeconds()),
                        End.REFUSED);
            case Recalled.Remembered found -> {
                turnCost = services.recall().cost(found, request.messages());
                payload = request.forInstance(found.join(request.messages()));
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
                session == null ? null : session.id(),
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
                notPlaced(first ? Problem.noSuchModel(request.model()) : nobodyLeft(1), End.REFUSED);
            case Placed.NoCapacity none ->
                notPlaced(
                        first
                                ? Problem.unavailable(none.message(), "no_capacity", none.retryAfterSeconds())
                                : nobodyLeft(none.retryAfterSeconds()),
                        End.BUSY);
        }
    }

    private void granted(Ticket given) {
        if (settlement.over()) {
            given.release(new LeaseOutcome(Result.CLIENT_GONE, null, null, null, 0));
            return;
        }
        settlement.holds(given);
        attempt(given.instance());
    }

    private void notPlaced(Problem problem, End end) {
        if (!settlement.over()) {
            refuse(problem, settlement.attempts() == 0 ? end : End.of(lastFault));
        }
    }

    private Problem nobodyLeft(long retryAfterSeconds) {
        return Problem.unavailable(
                lastFault == Fault.BUSY
                        ? "The instance is full, and no other can take the request now."
                        : "The instance failed before it answered, and no other can take the request now.",
                "no_capacity",
                retryAfterSeconds);
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
            if (!settlement.over() && attempt == trying) {
                opened(opened, to);
            }
        }));
    }

    private void opened(Opened opened, Target by) {
        switch (opened) {
            case Opened.Streaming streaming -> beginStream(streaming.stream(), by);
            case Opened.Whole whole -> whole(whole.reply(), by);
            case Opened.Failed failed -> {
                Broken broken = failed.broken();
                LOG.warnf(
                        "attempt failed traceId=%s instance=%s attempt=%d kind=%s reason=%s",
                        trace.traceId(), by.id(), settlement.attempts(), broken.kind(), broken.reason());
                blame(broken.fault(), by);
                if (broken.fault() != Fault.DEADLINE && mayTryAgain()) {
                    tryAgain(by, broken.kind().name().toLowerCase(Locale.ROOT));
                } else {
                    refuse(problemOf(broken), End.of(broken.fault()));
                }
            }
        }
    }

    private void blame(Fault fault, Target by) {
        lastFault = fault;
        if (fault == Fault.INSTANCE) {
            settlement.broke(by);
        }
    }

    private boolean mayTryAgain() {
        return settlement.attempts() < MAX_ATTEMPTS && millisLeft() > 0;
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

    private static Problem problemOf(Broken broken) {
        return switch (broken.kind()) {
            case TIMEOUT, DEADLINE -> Problem.tooLate("The instance did not answer in time.");
            case BUSY, CROWDED ->
                Problem.unavailable("The instance has no room for the request now.", "no_capacity", 1);
            case CONNECTION, STATUS, PROTOCOL ->
                Problem.instanceBroke("The instance failed: it did not complete its answer.");
        };
    }

    // 6a. a whole answer

    private void whole(Reply reply, Target by) {
        Optional<Fault> fault = reply.worthAnotherInstance();
        if (reply.ok()) {
            answerWhole(reply, by);
        } else if (fault.isPresent()) {
            LOG.warnf(
                    "attempt failed traceId=%s instance=%s attempt=%d kind=STATUS status=%d",
                    trace.traceId(), by.id(), settlement.attempts(), reply.status());
            blame(fault.get(), by);
            if (mayTryAgain()) {
                tryAgain(by, fault.get() == Fault.BUSY ? "busy" : "status");
            } else {
                pass(reply, End.of(fault.get()), new Spent(0, 0));
            }
        } else if (reply.status() / 100 == 4 && reply.status() != 401 && reply.status() != 403) {
            pass(reply, End.REFUSED, new Spent(0, 0));
        } else {
            blame(Fault.INSTANCE, by);
            refuse(strange(reply, by), End.FAILED);
        }
    }

    private static Problem strange(Reply reply, Target by) {
        if (reply.status() == 401 || reply.status() == 403) {
            // The caller's identity is settled here; this refusal is of the gateway itself.
            LOG.errorf(
                    "instance refuses this gateway, check autoglm.internal-token instance=%s status=%d",
                    by.id(), reply.status());
            return Problem.instanceBroke("The instance refused the gateway.");
        }
        return Problem.instanceBroke("The instance answered with status " + reply.status() + ".");
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
                        .map(it -> ((ObjectNode) it.deepCopy()).without(List.of("reasoning_content")));
        remember(message, spent).onComplete(then(done -> {
            if (!settlement.over()) {
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

    private void beginStream(TokenStream tokens, Target by) {
        StreamedAnswer said = new StreamedAnswer(request.wantsUsage(), session != null);
        stream = tokens;
        streamed = said;
        settlement.firstToken(request);
        releaseRequest();
        mark();
        answer.beginStream();
        tokens.relay(new TokenStream.Receiver() {
            @Override
            public void events(List<SseEvent> events) {
                guarded(() -> {
                    if (!settlement.over() && !ending) {
                        relay(tokens, said, events, by);
                    }
                });
            }

            @Override
            public void ended() {
                // All that matters came with [DONE].
            }

            @Override
            public void broke(Broken broken) {
                guarded(() -> {
                    if (!settlement.over() && !ending) {
                        LOG.warnf(
                                "stream failed traceId=%s instance=%s kind=%s reason=%s",
                                trace.traceId(), by.id(), broken.kind(), broken.reason());
                        blame(broken.fault(), by);
                        Problem problem = problemOf(broken);
                        settle(End.of(broken.fault()), problem.status(), said.spent());
                        response.end(services.problems().event(problem));
                    }
                });
            }
        });
    }

    private void relay(TokenStream tokens, StreamedAnswer said, List<SseEvent> events, Target by) {
        Buffer now = said.accept(events);
        if (now.length() > 0) {
            response.write(now);
            if (response.writeQueueFull() && !said.done()) {
                waitForTheClient(tokens);
            }
        }
        Optional<Fault> fault = said.failure();
        if (fault.isPresent()) {
            blame(fault.get(), by);
            settle(End.of(fault.get()), statusOf(fault.get()), said.spent());
            response.end();
        } else if (said.done()) {
            ending = true;
            remember(said.message(), said.spent()).onComplete(then(done -> {
                if (!settlement.over()) {
                    settle(End.OK, 200, said.spent());
                    response.end(forgot ? NOT_REMEMBERED.copy().appendBuffer(said.held()) : said.held());
                }
            }));
        }
    }

    /// What the stream would have been answered with, had it not begun.
    private static int statusOf(Fault fault) {
        return switch (fault) {
            case INSTANCE -> 502;
            case BUSY -> 503;
            case DEADLINE -> 504;
            case REQUEST -> 400;
        };
    }

    /// The client's slowness reaches the instance; one that does not read at all counts as gone after a while,
    /// because it holds a slot there.
    private void waitForTheClient(TokenStream tokens) {
        tokens.pause();
        long timeoutMillis = services.config().writeTimeout().toMillis();
        if (stalledTimer == -1) {
            stalledTimer = services.vertx()
                    .setTimer(
                            timeoutMillis,
                            late -> guarded(() -> {
                                LOG.infof(
                                        "client does not read traceId=%s timeoutMs=%d", trace.traceId(), timeoutMillis);
                                clientGone();
                                answer.cutOff();
                            }));
        }
        response.drainHandler(drained -> guarded(() -> {
            clientReads();
            tokens.resume();
        }));
    }

    private void clientReads() {
        if (stalledTimer != -1) {
            services.vertx().cancelTimer(stalledTimer);
            stalledTimer = -1;
        }
    }

    // 7. finally

    /// Stores the turn of a session. Never fails: an answer that could not be stored is marked and still given.
    private Future<Void> remember(Optional<ObjectNode> message, Spent spent) {
        TurnCost cost = turnCost;
        if (session == null || cost == null) {
            return Future.succeededFuture();
        }
        if (message.isEmpty()) {
            forget();
            return Future.succeededFuture();
        }
        List<JsonNode> said = new ArrayList<>(request.messages());
        said.add(message.get());
        Turn turn = new Turn(said, cost.tokens(spent.promptTokens(), spent.completionTokens()));
        return services.recall().append(session, turn).map(stored -> {
            if (stored) {
                services.metrics().appended(true);
            } else {
                forget();
            }
            return null;
        });
    }

    private void forget() {
        forgot = true;
        services.metrics().appended(false);
    }

    /// From here on the answer flows, perhaps for minutes, and the question is not needed to try again.
    private void releaseRequest() {
        payload = NOTHING;
        request = request.answered(session != null);
        settlement.bodyReleased();
    }

    private void refuse(Problem problem, End end) {
        mark();
        settle(end, problem.status(), new Spent(0, 0));
        answer.fail(problem);
    }

    private void clientGone() {
        if (settlement.over()) {
            return;
        }
        settle(End.CLIENT_GONE, 499, spent());
        cancelUpstream();
    }

    private void settle(End end, int status, Spent spent) {
        clientReads();
        settlement.settle(request, end, status, spent);
    }

    private void cancelUpstream() {
        TokenStream flowing = stream;
        Attempt trying = attempt;
        if (flowing != null) {
            flowing.cancel();
        } else if (trying != null) {
            trying.cancel();
        }
    }

    private void mark() {
        answer.mark(settlement.ticket(), settlement.target(), forgot);
    }

    private Spent spent() {
        StreamedAnswer said = streamed;
        return said == null ? new Spent(0, 0) : said.spent();
    }

    private long millisLeft() {
        long spentNanos = services.nanoClock().getAsLong() - arrivedNanos;
        return services.config().timeout().toMillis() - TimeUnit.NANOSECONDS.toMillis(spentNanos);
    }

    private String priority() {
        return request.stream() ? "interactive" : "default";
    }
}
