package io.autoglm.gateway.recall;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.http.ControlClient;
import io.autoglm.gateway.http.ControlClient.Reply;
import io.autoglm.gateway.http.ControlClient.Service;
import io.autoglm.gateway.http.Trace;
import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.placement.Snapshot;
import io.autoglm.protocol.Headers;
import io.autoglm.protocol.conversation.Turn;
import io.autoglm.protocol.conversation.TurnAppend;
import io.autoglm.protocol.conversation.Window;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Asks the context service what a conversation holds, and tells it what was said. Neither call ever fails:
/// that the service is away is an answer.
@Singleton
public final class Recall {
    private static final Logger LOG = Logger.getLogger(Recall.class);
    /// An append is repeated once; its request id makes the second one harmless.
    private static final int APPEND_TRIES = 2;

    /// A conversation, and the request that speaks in it.
    ///
    /// @param id the context service's name for it
    public record Session(String tenant, String id, String traceId, String requestId) {
        Map<String, String> headers() {
            return Map.of(Headers.TENANT, tenant, Headers.TRACE_ID, traceId);
        }

        String path() {
            return "/v1/conversations/" + id;
        }
    }

    private final ControlClient client;
    private final Snapshot snapshot;
    private final Service context;
    private final RecallConfig config;
    private final TokenEstimate estimate;

    Recall(RecallConfig config, ControlClient client, Snapshot snapshot) {
        this.config = config;
        this.client = client;
        this.snapshot = snapshot;
        this.context = new Service(config.url(), config.timeout());
        this.estimate = new TokenEstimate(config.tokensPerMedia());
    }

    /// @param name the client's own name for the conversation
    public Session session(Caller caller, String name, Trace trace) {
        String id = config.sharedSessions() ? name : SessionId.of(caller.subject(), name);
        return new Session(caller.tenant(), id, trace.traceId(), trace.requestId());
    }

    /// An upper bound on what messages cost in a prompt, tokens.
    public long tokensAtMost(List<JsonNode> messages) {
        return estimate.atMost(messages);
    }

    /// The same of texts, lists of texts and lists of tokens, as embeddings and completions take them.
    public static long tokensAtMost(JsonNode input) {
        return TokenEstimate.atMost(input);
    }

    /// Why a turn with these messages could not be stored, as far as it can be told before there is an answer;
    /// null when it can.
    public @Nullable Problem refusal(List<JsonNode> asked) {
        if (asked.size() + 1 > config.maxTurnMessages()) {
            return Problem.invalid(
                    "'messages' must have at most " + (config.maxTurnMessages() - 1)
                            + " entries with X-Session-Id: what was said before is recalled.",
                    "messages");
        }
        long bytes = 0;
        for (int i = 0; i < asked.size(); i++) {
            if (!Roles.isKnown(asked.get(i))) {
                String at = "messages[" + i + "].role";
                return Problem.invalid(
                        "'" + at + "' must be system, developer, user, assistant, tool or function"
                                + " with X-Session-Id.",
                        at);
            }
            bytes += asked.get(i).toString().getBytes(StandardCharsets.UTF_8).length + 1;
        }
        if (bytes > config.maxTurnBytes()) {
            return Problem.tooLarge(
                    "'messages' must have at most " + config.maxTurnBytes() + " bytes with X-Session-Id.", "messages");
        }
        return null;
    }

    /// The newest turns for which the model has room beside the new messages and the answer.
    ///
    /// @param maxTokens of the answer, where the request says so
    public Future<Recalled> recall(Session session, String model, List<JsonNode> asked, OptionalInt maxTokens) {
        int budget = budget(model, asked, maxTokens);
        return window(session, budget)
                .compose(window -> {
                    // Pinned text takes room too, and how much is only known now; mostly it fits all the same.
                    int pinned = asked.stream().anyMatch(Roles::isSystem) ? 0 : estimate.atMost(window.pinned());
                    return window.tokens() == 0 || window.tokens() + pinned <= budget
                            ? Future.succeededFuture(window)
                            : window(session, Math.max(0, budget - pinned));
                })
                .<Recalled>map(Recalled.Remembered::new)
                .onFailure(e -> LOG.warnf(
                        "recall failed traceId=%s session=%s reason=%s",
                        session.traceId(), session.id(), e.getMessage()))
                .otherwise(new Recalled.Away(2));
    }

    public TurnCost cost(Recalled.Remembered remembered, List<JsonNode> asked) {
        List<JsonNode> said =
                asked.stream().filter(message -> !Roles.isSystem(message)).toList();
        return new TurnCost(remembered.tokensElsewhere(asked), estimate.atMost(said));
    }

    /// An upper bound on what a message will cost in later prompts, tokens.
    public int atMost(JsonNode message) {
        return estimate.atMost(List.of(message));
    }

    /// Bytes that a turn may have, as JSON.
    public int maxTurnBytes() {
        return config.maxTurnBytes();
    }

    /// @return whether the turn is stored now
    public Future<Boolean> append(Session session, Turn turn) {
        return append(session, new TurnAppend(turn, session.requestId(), null), APPEND_TRIES);
    }

    int budget(String model, List<JsonNode> asked, OptionalInt maxTokens) {
        int window = snapshot.instances().maxModelTokens(model).orElse(config.assumedWindowTokens());
        int answer = maxTokens.orElse((int) (window * config.answerShare()));
        long left = (long) window - answer - estimate.atMost(asked);
        return (int) Math.max(0, left);
    }

    private Future<Boolean> append(Session session, TurnAppend append, int tries) {
        return client.call(context, HttpMethod.POST, session.path() + "/turns", session.headers(), append)
                .transform(result -> {
                    @Nullable Reply reply = result.result();
                    if (reply != null && reply.ok()) {
                        return Future.succeededFuture(true);
                    }
                    boolean mayPass = reply == null || reply.status() >= 500;
                    if (mayPass && tries > 1) {
                        return append(session, append, tries - 1);
                    }
                    LOG.warnf(
                            "turn was not stored traceId=%s session=%s reason=%s",
                            session.traceId(),
                            session.id(),
                            reply == null ? result.cause().getMessage() : "status " + reply.status());
                    return Future.succeededFuture(false);
                });
    }

    private Future<Window> window(Session session, int budget) {
        return client.call(
                        context, HttpMethod.GET, session.path() + "/window?tokens=" + budget, session.headers(), null)
                .compose(this::read);
    }

    private Future<Window> read(Reply reply) {
        if (!reply.ok()) {
            return Future.failedFuture("status " + reply.status());
        }
        try {
            return Future.succeededFuture(client.read(reply, Window.class));
        } catch (IOException | RuntimeException e) {
            return Future.failedFuture(new IOException("a window could not be read", e));
        }
    }
}
