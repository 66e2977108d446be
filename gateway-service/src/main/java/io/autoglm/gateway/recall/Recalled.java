package io.autoglm.gateway.recall;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.protocol.conversation.Turn;
import io.autoglm.protocol.conversation.Window;
import java.util.ArrayList;
import java.util.List;

/// What came of asking the context service for a conversation.
public sealed interface Recalled {

    /// The turns that fit; none for a conversation that is new.
    record Remembered(Window window) implements Recalled {

        /// The messages for the model: the request's system text, or else the conversation's; the recalled
        /// turns; what is new.
        public List<JsonNode> join(List<JsonNode> asked) {
            List<JsonNode> system = asked.stream().filter(Roles::isSystem).toList();
            List<JsonNode> joined = new ArrayList<>(system.isEmpty() ? window.pinned() : system);
            for (Turn turn : window.turns()) {
                joined.addAll(turn.messages());
            }
            asked.stream().filter(message -> !Roles.isSystem(message)).forEach(joined::add);
            return List.copyOf(joined);
        }

        /// Prompt tokens that are no part of the new turn: what was recalled, and system text, which no turn
        /// carries.
        long tokensElsewhere(List<JsonNode> asked) {
            List<JsonNode> system = asked.stream().filter(Roles::isSystem).toList();
            return window.tokens() + TokenEstimate.atLeast(system.isEmpty() ? window.pinned() : system);
        }
    }

    /// The context service did not answer, or cannot reach its store.
    record Away(long retryAfterSeconds) implements Recalled {}
}
