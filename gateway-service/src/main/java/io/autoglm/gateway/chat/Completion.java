package io.autoglm.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.gateway.admission.Permit;
import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.http.Trace;
import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.placement.Placed;
import io.autoglm.gateway.placement.Ticket;
import io.autoglm.gateway.recall.Recall.Session;
import io.autoglm.gateway.recall.Recalled;
import io.autoglm.gateway.upstream.Attempt;
import io.autoglm.gateway.upstream.Broken;
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
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One admitted request, until it is settled. Confined to the event loop that accepted it, so nothing here is locked.
///
/// 4. recall: with a session, the turns that fit the model's window
/// 5. lease: where the request goes
/// 6. generate: straight from the instance. Up to the first token (of a stream) or the whole body, a failure
///    costs one retry on another instance; after it, a stream ends with an error event
/// 7. finally: the turn is stored, then the client gets the end of its answer; lease, permit and numbers are settled,
/// once
///
/// Every callback asks `over` first: a client that has gone ends the request at any point between two of them.
final class Completion {
    private static final Logger LOG = Logger.getLogger(Completion.class);
    /// The first try and one retry.
    private static final int MAX_ATTEMPTS = 2;

    private static final Buffer NOT_REMEMBERED = Buffer.buffer(": not-remembered\n\n");

    private final Services services;
    private final HttpServerResponse response;
    private final Trace trace;
    private final Caller caller;
    private final CompletionRequest request;
    private final @Nullable Session session;
    private final Permit permit;
    private final long arrivedNanos;

    private Recalled.@Nullable Remembered remembered;
    private Buffer payload = Buffer.buffer();
    private @Nullable Ticket ticket;
    private @Nullable Target target;
    private @Nullable Attempt attempt;
    private @Nullable TokenStream stream;
    /// The instance whose failure made this ticket's request move on.
    private @Nullable String failedHere;

    private final Set<String> failed = new LinkedHashSet<>();
    private int attempts;
    private long firstTokenNanos = -1;
    private boolean forgot;
    private boolean over;

    Completion(
            Services services,
            RoutingContext rc,
            Caller caller,
            CompletionRequest request,
            @Nullable String session,
            Permit permit,
            long arrivedNanos) {
        this.services = services;
        this.response = rc.response();
        this.trace = Trace.of(rc);
        this.caller = caller;
        this.request = request;
        this.session =
                session == null ? null : new Session(caller.tenant(), session, trace.traceId(), trace.requestId());
        this.permit = permit;
        this.arrivedNanos = arrivedNanos;
    }

    void run() {
        services.metrics().opened();
        response.closeHandler(closed -> clientGone());
        response.exceptionHandler(broken -> clientGone());
        recall();
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
                .onSuccess(recalled -> {
                    if (over) {
                        return;
                    }
                    switch (recalled) {
                        case Recalled.Away away ->
                            refuse(
                                    Problem.unavailable(
                                            "The conversation cannot be recalled now; without X-Session-Id chat goes on.",
                                            "context_unavailable",
                                            away.retryAfterSeconds()),
                                    Result.REFUSED);
                        case Recalled.Remembered found -> {
                            remembered = found;
                            payload = request.forInstance(found.join(request.messages()));
                            place();
                        }
                    }
                });
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
                List.copyOf(failed));
        services.placement().place(wanted, Math.max(1, millisLeft())).onSuccess(placed -> {
            switch (placed) {
                case Placed.Granted granted -> granted(granted.ticket());
                case Placed.UnknownModel unknown -> {
                    if (!over) {
                        refuse(
                                attempts == 0 ? Problem.noSuchModel(request.model()) : nobodyLeft(1),
                                attempts == 0 ? Result.REFUSED : Result.FAILED);
                    }
                }
                case Placed.NoCapacity none -> {
                    if (!over) {
                        refuse(
                                attempts == 0
                                        ? Problem.unavailable(none.message(), "no_capacity", none.retryAfterSeconds())
                                        : nobodyLeft(none.retryAfterSeconds()),
                                Result.FAILED);
                    }
                }
            }
        });
    }

    private void granted(Ticket given) {
        if (over) {
            given.release(new LeaseOutcome(Result.CLIENT_GONE, null, null, null, 0));
            return;
        }
        ticket = given;
        attempt(given.instance());
    }

    private static Problem nobodyLeft(long retryAfterSeconds) {
        return Problem.unavailable(
                "The instance failed before it answered, and no other can take the request now.",
                "no_capacity",
                retryAfterSeconds);
    }

    // 6. generate

    private void attempt(Target to) {
        long left = millisLeft();
        if (left <= 0) {
            refuse(Problem.tooLate("The request's time was up before it could be sent."), Result.FAILED);
            return;
        }
        attempts++;
        target = to;
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .set(Headers.TENANT, caller.tenant())
                .set(Headers.PRIORITY, priority())
                .set(Headers.TIMEOUT_MILLIS, Long.toString(left));
        trace.propagate(headers);
        Attempt trying = services.instances()
                .open(to, new InstanceRequest(request.endpoint().path(), headers, payload, request.stream()), left);
        attempt = trying;
        trying.opened().onSuccess(opened -> {
            if (over || attempt != trying) {
                return;
            }
            switch (opened) {
                case Opened.Streaming streaming -> beginStream(streaming.stream(), to);
                case Opened.Whole whole -> whole(whole.reply(), to);
                case Opened.Failed broken -> broke(broken.broken(), to);
            }
        });
    }

    private void broke(Broken broken, Target by) {
        LOG.warnf(
                "attempt failed traceId=%s instance=%s attempt=%d kind=%s reason=%s",
                trace.traceId(), by.id(), attempts, broken.kind(), broken.reason());
        if (attempts < MAX_ATTEMPTS && millisLeft() > 0) {
            retry(by, broken.kind().name().toLowerCase(Locale.ROOT));
        } else {
            refuse(problemOf(broken), Result.FAILED);
        }
    }

    private void retry(Target failedOne, String reason) {
        services.metrics().retried(reason);
        failed.add(failedOne.id());
        Ticket held = ticket;
        if (held == null) {
            throw new IllegalStateException("a retry without a lease");
        }
        Optional<Target> alternative = held.alternatives().stream()
                .filter(candidate -> !failed.contains(candidate.id()))
                .findFirst();
        if (alternative.isPresent()) {
            failedHere = failedOne.id();
            attempt(alternative.get());
        } else {
            held.release(new LeaseOutcome(Result.FAILED, null, failedOne.id(), null, 0));
            ticket = null;
            target = null;
            failedHere = null;
            place();
        }
    }

    private static Problem problemOf(Broken broken) {
        return broken.kind() == Broken.Kind.TIMEOUT
                ? Problem.tooLate("The instance did not answer in time.")
                : Problem.instanceBroke("The instance failed: it did not complete its answer.");
    }

    // 6a. a whole answer

    private void whole(Reply reply, Target by) {
        if (reply.ok()) {
            answerWhole(reply);
        } else if (reply.worthAnotherInstance()) {
            LOG.warnf(
                    "attempt failed traceId=%s instance=%s attempt=%d kind=STATUS status=%d",
                    trace.traceId(), by.id(), attempts, reply.status());
            if (attempts < MAX_ATTEMPTS && millisLeft() > 0) {
                retry(by, "status");
            } else {
                pass(reply, Result.FAILED, new Spent(0, 0));
            }
        } else if (reply.status() == 401 || reply.status() == 403) {
            // The caller's identity is settled here; this refusal is of the gateway itself.
            LOG.errorf(
                    "instance refuses this gateway, check autoglm.internal-token instance=%s status=%d",
                    by.id(), reply.status());
            refuse(Problem.instanceBroke("The instance refused the gateway."), Result.FAILED);
        } else if (reply.status() / 100 == 4) {
            pass(reply, Result.REFUSED, new Spent(0, 0));
        } else {
            refuse(Problem.instanceBroke("The instance answered with status " + reply.status() + "."), Result.FAILED);
        }
    }

    private void answerWhole(Reply reply) {
        @Nullable JsonNode answer = null;
        try {
            answer = RequestParser.JSON.readTree(reply.body().getBytes());
        } catch (IOException e) {
            LOG.warnf("answer is not JSON traceId=%s instance=%s", trace.traceId(), instanceId());
        }
        Spent spent = answer == null ? new Spent(0, 0) : Spent.of(answer.path("usage"));
        Optional<ObjectNode> message = answer == null
                ? Optional.empty()
                : Optional.of(answer.path("choices").path(0).path("message"))
                        .filter(JsonNode::isObject)
                        .map(it -> ((ObjectNode) it.deepCopy()).without(List.of("reasoning_content")));
        remember(message, spent).onSuccess(done -> {
            if (!over) {
                pass(reply, Result.OK, spent);
            }
        });
    }

    /// The instance's own status and body.
    private void pass(Reply reply, Result result, Spent spent) {
        head(reply.status(), reply.contentType() == null ? "application/json" : reply.contentType());
        if (reply.retryAfter() != null) {
            response.putHeader("Retry-After", reply.retryAfter());
        }
        settle(result, reply.status(), spent);
        response.end(reply.body());
    }

    // 6b. a stream

    private void beginStream(TokenStream tokens, Target by) {
        stream = tokens;
        firstTokenNanos = services.nanoClock().getAsLong();
        services.metrics()
                .firstToken(request.endpoint(), modelLabel(), Duration.ofNanos(firstTokenNanos - arrivedNanos));
        head(200, "text/event-stream");
        response.putHeader("Cache-Control", "no-cache").putHeader("X-Accel-Buffering", "no");
        response.setChunked(true);
        StreamedAnswer answer = new StreamedAnswer(request.wantsUsage(), session != null);
        tokens.relay(new TokenStream.Receiver() {
            @Override
            public void events(List<SseEvent> events) {
                if (!over) {
                    relay(tokens, answer, events);
                }
            }

            @Override
            public void ended() {
                // All that matters came with [DONE].
            }

            @Override
            public void broke(Broken broken) {
                if (!over && !answer.done()) {
                    LOG.warnf(
                            "stream failed traceId=%s instance=%s kind=%s reason=%s",
                            trace.traceId(), by.id(), broken.kind(), broken.reason());
                    Problem problem = problemOf(broken);
                    settle(Result.FAILED, problem.status(), answer.spent());
                    response.end(services.problems().event(problem));
                }
            }
        });
    }

    private void relay(TokenStream tokens, StreamedAnswer answer, List<SseEvent> events) {
        Buffer now = answer.accept(events);
        if (now.length() > 0) {
            response.write(now);
            if (response.writeQueueFull() && !answer.done()) {
                tokens.pause();
                response.drainHandler(drained -> tokens.resume());
            }
        }
        if (answer.failed()) {
            settle(Result.FAILED, 502, answer.spent());
            response.end();
        } else if (answer.done()) {
            remember(answer.message(), answer.spent()).onSuccess(done -> {
                if (!over) {
                    Buffer end = forgot ? NOT_REMEMBERED.copy().appendBuffer(answer.held()) : answer.held();
                    settle(Result.OK, 200, answer.spent());
                    response.end(end);
                }
            });
        }
    }

    // 7. finally

    /// Stores the turn of a session. Never fails: an answer that could not be stored is marked and still given.
    private Future<Void> remember(Optional<ObjectNode> message, Spent spent) {
        Recalled.Remembered window = remembered;
        if (session == null || window == null) {
            return Future.succeededFuture();
        }
        if (message.isEmpty()) {
            forget();
            return Future.succeededFuture();
        }
        List<JsonNode> said = new ArrayList<>(request.messages());
        said.add(message.get());
        int tokens = window.turnTokens(request.messages(), spent.promptTokens(), spent.completionTokens());
        return services.recall().append(session, new Turn(said, tokens)).map(stored -> {
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

    private void refuse(Problem problem, Result result) {
        markAnswer();
        settle(result, problem.status(), new Spent(0, 0));
        services.problems().write(response, problem);
    }

    private void clientGone() {
        if (over) {
            return;
        }
        TokenStream flowing = stream;
        Attempt trying = attempt;
        settle(Result.CLIENT_GONE, 499, new Spent(0, 0));
        if (flowing != null) {
            flowing.cancel();
        } else if (trying != null) {
            trying.cancel();
        }
    }

    /// The one end of every request: gives back the lease and the permit, and tells what happened.
    private void settle(Result result, int status, Spent spent) {
        if (over) {
            throw new IllegalStateException("a request was settled twice");
        }
        over = true;
        long now = services.nanoClock().getAsLong();
        Ticket held = ticket;
        if (held != null) {
            held.release(outcome(held, result, spent));
        }
        permit.release();
        boolean streamed = firstTokenNanos != -1;
        services.metrics()
                .closed(
                        request.endpoint(),
                        modelLabel(),
                        errorType(result, status),
                        Duration.ofNanos(now - arrivedNanos));
        if (result == Result.OK) {
            services.metrics()
                    .tokens(
                            request.endpoint(),
                            modelLabel(),
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
                modelLabel(),
                request.stream(),
                session != null,
                status,
                result,
                instanceId(),
                attempts,
                streamed ? TimeUnit.NANOSECONDS.toMillis(firstTokenNanos - arrivedNanos) : -1,
                TimeUnit.NANOSECONDS.toMillis(now - arrivedNanos),
                spent.promptTokens(),
                spent.completionTokens());
    }

    private LeaseOutcome outcome(Ticket held, Result result, Spent spent) {
        Target at = target;
        boolean moved = at != null && !at.id().equals(held.instance().id());
        @Nullable String culprit = failedHere;
        if (culprit == null && result == Result.FAILED && at != null) {
            culprit = at.id();
        }
        @Nullable
        Long ttft = firstTokenNanos == -1 ? null : TimeUnit.NANOSECONDS.toMillis(firstTokenNanos - arrivedNanos);
        return new LeaseOutcome(result, moved && at != null ? at.id() : null, culprit, ttft, spent.completionTokens());
    }

    private void head(int status, String contentType) {
        markAnswer();
        response.setStatusCode(status).putHeader("Content-Type", contentType);
    }

    private void markAnswer() {
        long now = services.nanoClock().getAsLong();
        response.putHeader("openai-processing-ms", Long.toString(TimeUnit.NANOSECONDS.toMillis(now - arrivedNanos)));
        if (target != null) {
            response.putHeader(Headers.INSTANCE, target.id());
        }
        StringJoiner degraded = new StringJoiner(", ").setEmptyValue("");
        if (ticket != null && ticket.degraded()) {
            degraded.add("scheduler-down");
        }
        if (forgot) {
            degraded.add("not-remembered");
        }
        if (degraded.length() > 0) {
            response.putHeader(Headers.DEGRADED, degraded.toString());
        }
    }

    private long millisLeft() {
        long spentNanos = services.nanoClock().getAsLong() - arrivedNanos;
        long own = services.config().timeout().toMillis() - TimeUnit.NANOSECONDS.toMillis(spentNanos);
        Ticket held = ticket;
        return held == null
                ? own
                : Math.min(
                        own,
                        Duration.between(services.clock().instant(), held.deadline())
                                .toMillis());
    }

    private String priority() {
        return request.stream() ? "interactive" : "default";
    }

    private String instanceId() {
        return target == null ? "none" : target.id();
    }

    private String modelLabel() {
        return services.snapshot().instances().maxModelTokens(request.model()).isPresent()
                ? request.model()
                : "unknown";
    }

    private static String errorType(Result result, int status) {
        return result == Result.OK ? "none" : result == Result.CLIENT_GONE ? "client_gone" : Integer.toString(status);
    }
}
