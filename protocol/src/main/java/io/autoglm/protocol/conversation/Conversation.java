package io.autoglm.protocol.conversation;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;
import java.util.Map;

/// A conversation without its turns.
///
/// @param version   counts its turns ever appended; 0 before the first
/// @param turns     turns held now (retention may have dropped the oldest)
/// @param tokens    of the turns held
/// @param expiresAt when it is forgotten unless it is used again
@JsonIgnoreProperties(ignoreUnknown = true)
public record Conversation(
        String id,
        long version,
        int turns,
        long tokens,
        Instant createdAt,
        Instant expiresAt,
        Map<String, String> metadata) {}
