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

        /// The messages for the model: the request's system text, or else the conversation's; the recalled turns; what
        /// is new.
        public List<JsonNode> join(List<JsonNode> asked) {
            List<JsonNode> system = asked.stream().filter(Roles::isSystem).toList();
            List<JsonNode> joined = new ArrayList<>(system.isEmpty() ? window.pinned() : system);
            for (Turn turn : window.turns()) {
                joined.addAll(turn.messages());
            }
            asked.stream().filter(message -> !Roles.isSystem(message)).forEach(joined::add);
            return List.copyOf(joined);
        }

        /// What the new turn costs in a later prompt: this prompt without what was recalled and without system
        /// text, which no turn carries, and the answer.
        public int turnTokens(List<JsonNode> asked, int promptTokens, int completionTokens) {
            List<JsonNode> system = asked.stream().filter(Roles::isSystem).toList();
            long elsewhere = window.tokens() + TokenEstimate.atLeast(system.isEmpty() ? window.pinned() : system);
            return (int) Math.max(1, promptTokens - elsewhere) + Math.max(0, completionTokens);
        }
    }

    /// The context service did not answer, or cannot reach its store.
    record Away(long retryAfterSeconds) implements Recalled {}
}
