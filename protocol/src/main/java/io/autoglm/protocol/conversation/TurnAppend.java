package io.autoglm.protocol.conversation;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// The body of `POST /v1/conversations/{id}/turns`. The answer is the {@link Conversation} after it.
///
/// System messages in the turn are not kept with it: they replace the conversation's pinned text.
///
/// @param requestId       makes a repeated append harmless: the second one with the same id changes nothing
/// @param expectedVersion refuse with 409 unless the conversation stands at this version; null appends at the end
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TurnAppend(
        Turn turn, String requestId, @Nullable Long expectedVersion) {}
