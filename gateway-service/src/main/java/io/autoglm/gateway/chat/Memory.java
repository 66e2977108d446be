package io.autoglm.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.gateway.recall.Recall.Session;
import io.autoglm.gateway.recall.Recalled;
import io.autoglm.gateway.recall.TurnCost;
import io.autoglm.protocol.conversation.Turn;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a session means for one of its requests: the turns before it, and its own turn after it. Confined to the
/// event loop of its request.
final class Memory {
    private final Services services;
    private final Session session;
    private @Nullable TurnCost cost;
    private boolean forgot;

    Memory(Services services, Session session) {
        this.services = services;
        this.session = session;
    }

    /// The context service's name for the session.
    String id() {
        return session.id();
    }

    /// Whether the turn could not be stored.
    boolean forgot() {
        return forgot;
    }

    Future<Recalled> recall(CompletionRequest request) {
        return services.recall().recall(session, request.model(), request.messages(), request.maxTokens());
    }

    /// The messages for the model. What was recalled is not kept beyond them.
    List<JsonNode> join(Recalled.Remembered found, CompletionRequest request) {
        cost = services.recall().cost(found, request.messages());
        return found.join(request.messages());
    }

    /// Never fails: an answer that could not be stored is marked and still given.
    ///
    /// @param message the answer; empty when it is too large or makes no sense
    Future<Void> store(CompletionRequest request, Optional<ObjectNode> message, Spent spent) {
        TurnCost turnCost = cost;
        if (message.isEmpty() || turnCost == null) {
            forget();
            return Future.succeededFuture();
        }
        List<JsonNode> said = new ArrayList<>(request.messages());
        said.add(message.get());
        int answerAtMost = services.recall().atMost(message.get());
        Turn turn = new Turn(said, turnCost.tokens(spent.promptTokens(), spent.completionTokens(), answerAtMost));
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
}
