package io.autoglm.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.gateway.continuation.Progress;
import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.recall.Recalled;
import io.autoglm.gateway.upstream.Broken;
import io.autoglm.gateway.upstream.Fault;
import io.autoglm.gateway.upstream.Reply;
import io.autoglm.gateway.upstream.TokenStream;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One admitted request, until it is settled. Confined to the event loop that accepted it, so nothing here is
/// locked.
///
/// 4. recall: with a session, the turns that fit the model's window
/// 5. lease, and 6. generate up to the first token (of a stream) or the whole body: that is the {@link Dispatch}
/// 6. generate: the answer passes on; a stream that breaks ends with an error event
/// 7. finally: the turn is stored, then the client gets the end of its answer; the {@link Settlement} gives
///    back what was held, once
///
/// Every callback asks `over` first: a client that has gone ends the request at any point between two of them.
/// And every callback is one of the {@link Steps}.
final class Completion {
    private static final Logger LOG = Logger.getLogger(Completion.class);
    /// What an engine thought before it answered, under vLLM's older name and its newer one. Chat templates leave
    /// it out of earlier turns.
    private static final List<String> REASONING = List.of("reasoning_content", "reasoning");

    /// An answer larger than that is not read on the event loop: vectors come in megabytes.
    private static final int LARGE_BYTES = 256 * 1024;

    private static final Buffer NOT_REMEMBERED = Buffer.buffer(": not-remembered\n\n");

    private final Services services;
    private final HttpServerResponse response;
    private final Arrival arrival;
    private final @Nullable Memory memory;
    private final Steps steps;
    private final Answer answer;
    private Dispatch dispatch;
    private final Settlement settlement;

    private CompletionRequest request;
    private @Nullable Relay relay;

    /// What was sent, as long as a stream that breaks could be gone on with it; null else.
    private @Nullable Buffer sent;

    private int continuations;

    /// @param session the client's own name for the conversation; null where there is none
    Completion(
            Services services,
            HttpServerResponse response,
            Arrival arrival,
            Held held,
            CompletionRequest request,
            @Nullable String session) {
        this.services = services;
        this.response = response;
        this.arrival = arrival;
        this.request = request;
        this.memory = session == null
                ? null
                : new Memory(services, services.recall().session(arrival.caller(), session, arrival.trace()));
        this.steps = new Steps(arrival.trace().traceId(), this::crashed);
        this.answer = new Answer(response, services.problems(), services.nanoClock(), arrival.arrivedNanos());
        this.dispatch = new Dispatch(services, steps, arrival, memory == null ? null : memory.id());
        this.settlement = new Settlement(services, arrival, held, dispatch, session != null);
    }

    void run() {
        services.metrics().opened();
        response.closeHandler(closed -> guarded(this::clientGone));
        response.exceptionHandler(broken -> guarded(this::clientGone));
        guarded(this::recall);
    }

    void guarded(Runnable step) {
        steps.run(step);
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
            LOG.errorf(
                    e, "request could not be ended traceId=%s", arrival.trace().traceId());
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
            send(request.messages());
        } else {
            session.recall(request).onComplete(steps.then(found -> recalled(session, found)));
        }
    }

    private void recalled(Memory session, Recalled recalled) {
        if (over()) {
            return;
        }
        switch (recalled) {
            case Recalled.Away away -> refuse(Refusals.noRecall(away.retryAfterSeconds()), End.REFUSED);
            case Recalled.Remembered found -> send(session.join(found, request));
        }
    }

    // 5. lease, 6. generate

    private void send(List<JsonNode> messages) {
        Buffer payload = request.forInstance(messages);
        boolean keeps = request.stream() && services.continuation().most() > 0;
        sent = keeps && payload.length() <= services.continuation().maxRequestBytes() ? payload : null;
        dispatch.send(request, payload, this::dispatched);
    }

    private void dispatched(Dispatched came) {
        switch (came) {
            case Dispatched.Streaming streaming -> beginStream(streaming.tokens());
            case Dispatched.Whole whole -> answerWhole(whole.reply());
            case Dispatched.Passed passed -> pass(passed.reply(), passed.end(), Spent.NOTHING);
            case Dispatched.Refused refused -> refuse(refused.problem(), refused.end());
        }
    }

    // 6a. a whole answer

    private void answerWhole(Reply reply) {
        releaseRequest();
        if (memory == null) {
            usage(reply.body()).onComplete(steps.then(spent -> passOn(reply, spent)));
        } else {
            answerInSession(reply);
        }
    }

    /// Never fails: an answer that is not JSON has cost nothing that could be counted.
    private Future<Spent> usage(Buffer body) {
        Future<Spent> read = body.length() > LARGE_BYTES
                ? services.vertx().executeBlocking(() -> Spent.ofAnswer(body), false)
                : Future.future(promise -> {
                    try {
                        promise.complete(Spent.ofAnswer(body));
                    } catch (IOException e) {
                        promise.fail(e);
                    }
                });
        return read.otherwise(e -> {
            warnOfNoJson();
            return Spent.NOTHING;
        });
    }

    private void warnOfNoJson() {
        LOG.warnf("answer is not JSON traceId=%s instance=%s", arrival.trace().traceId(), dispatch.targetId());
    }

    private void answerInSession(Reply reply) {
        @Nullable JsonNode read = null;
        try {
            read = RequestParser.JSON.readTree(reply.body().getBytes());
        } catch (IOException e) {
            warnOfNoJson();
        }
        Spent spent = read == null ? Spent.NOTHING : Spent.of(read.path("usage"));
        Optional<ObjectNode> message = read == null
                ? Optional.empty()
                : Optional.of(read.path("choices").path(0).path("message"))
                        .filter(JsonNode::isObject)
                        .map(it -> ((ObjectNode) it).without(REASONING));
        remember(message, spent).onComplete(steps.then(done -> passOn(reply, spent)));
    }

    private void passOn(Reply reply, Spent spent) {
        if (!over()) {
            pass(reply, End.OK, spent);
        }
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
        StreamedAnswer said = new StreamedAnswer(request.wantsUsage(), assembler);
        Progress progress = Progress.of(sent, request.endpoint() == Endpoint.CHAT, tokens.tellsTokens());
        Relay begun = new Relay(this, services, response, tokens, said, progress);
        relay = begun;
        settlement.firstToken(request);
        releaseRequest();
        mark();
        answer.beginStream();
        begun.begin();
    }

    /// 6 once more: after an instance that broke, or has to leave, another one goes on with the stream, and
    /// the client sees nothing of it.
    ///
    /// @return whether that is tried; then what comes of it ends the request
    boolean goesOnElsewhere(Broken broken) {
        LOG.warnf(
                "stream failed traceId=%s instance=%s kind=%s reason=%s",
                arrival.trace().traceId(), dispatch.targetId(), broken.kind(), broken.reason());
        dispatch.blame(broken.fault());
        Relay flowing = relay;
        boolean theirs = broken.fault() == Fault.INSTANCE || broken.fault() == Fault.BUSY;
        if (flowing == null
                || !theirs
                || continuations >= services.continuation().most()) {
            return false;
        }
        Optional<Buffer> onward = flowing.onward();
        if (onward.isEmpty()) {
            return false;
        }
        continuations++;
        flowing.leave();
        Dispatch next = dispatch.elsewhere();
        settlement.moved(next, End.of(broken.fault()), flowing.spent());
        dispatch = next;
        next.send(request, onward.get(), came -> wentOn(flowing, broken, came));
        return true;
    }

    private void wentOn(Relay flowing, Broken broken, Dispatched came) {
        boolean found = came instanceof Dispatched.Streaming;
        services.metrics().continued(broken.kind().name().toLowerCase(Locale.ROOT), found);
        if (came instanceof Dispatched.Streaming streaming) {
            LOG.infof("stream goes on traceId=%s instance=%s", arrival.trace().traceId(), dispatch.targetId());
            flowing.follow(streaming.tokens());
        } else {
            giveUp(broken, flowing.spent());
        }
    }

    /// The stream broke off, and nobody goes on with it.
    void giveUp(Broken broken, Spent spent) {
        settle(End.of(broken.fault()), Refusals.of(broken).status(), spent);
        answer.fail(Refusals.of(broken));
    }

    /// The instance has said itself that the stream does not go on, and the client has been told so.
    void streamFailed(Fault fault, Spent spent) {
        dispatch.blame(fault);
        settle(End.of(fault), Refusals.of(fault).status(), spent);
        response.end();
    }

    void streamDone(StreamedAnswer said) {
        remember(said.message(), said.spent()).onComplete(steps.then(done -> {
            if (!over()) {
                settle(End.OK, 200, said.spent());
                response.end(forgot() ? NOT_REMEMBERED.copy().appendBuffer(said.held()) : said.held());
            }
        }));
    }

    void clientStalled() {
        LOG.infof("client does not read traceId=%s", arrival.trace().traceId());
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
        request = request.answered(memory != null);
        if (sent == null) {
            settlement.bodyReleased();
        }
    }

    private void refuse(Problem problem, End end) {
        mark();
        settle(end, problem.status(), Spent.NOTHING);
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
        if (relay != null) {
            relay.cancel();
        }
        dispatch.cancel();
    }

    private void mark() {
        answer.mark(dispatch.degraded(), dispatch.target(), forgot());
    }

    private Spent spent() {
        return relay == null ? Spent.NOTHING : relay.spent();
    }
}
