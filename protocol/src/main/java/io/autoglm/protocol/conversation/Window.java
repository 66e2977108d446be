package io.autoglm.protocol.conversation;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// The newest turns of a conversation that fit a token budget: `GET /v1/conversations/{id}/window?tokens=N`.
/// A conversation that does not exist yet has an empty window at version 0.
///
/// @param pinned  system messages, to be put first unless the request brings its own
/// @param turns   oldest first
/// @param tokens  of `turns`
/// @param dropped turns held that did not fit
@JsonIgnoreProperties(ignoreUnknown = true)
public record Window(long version, List<JsonNode> pinned, List<Turn> turns, long tokens, int dropped) {}
