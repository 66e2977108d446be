package io.autoglm.protocol.conversation;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The body of `POST /v1/conversations`.
///
/// @param id         null lets the service choose one that cannot be guessed
/// @param ttlSeconds null takes the configured default
/// @param metadata   null means none
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ConversationCreate(
        @Nullable String id,
        @Nullable Long ttlSeconds,
        @Nullable Map<String, String> metadata) {}
