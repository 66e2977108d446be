package io.autoglm.context.conversation;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.protocol.conversation.Turn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A turn that was checked, ready to be stored.
///
/// @param pinned          system messages that came with it and replace the pinned ones; empty leaves those
/// @param turn            the rest
/// @param expectedVersion null appends wherever the conversation stands
public record NewTurn(
        String requestId,
        List<JsonNode> pinned,
        Turn turn,
        @Nullable Long expectedVersion) {}
