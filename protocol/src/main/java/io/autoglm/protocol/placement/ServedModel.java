package io.autoglm.protocol.placement;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// A model that an instance answers for.
///
/// @param id             the name clients ask for
/// @param version        the digest of its files, short, so that a rollout can tell two versions apart
/// @param maxModelTokens prompt and answer together, in tokens
/// @param load           how busy the instance is with it; null where it does not tell its models apart
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ServedModel(
        String id,
        String version,
        int maxModelTokens,
        @Nullable ModelLoad load) {

    /// Of an instance that does not tell its models apart.
    public ServedModel(String id, String version, int maxModelTokens) {
        this(id, version, maxModelTokens, null);
    }
}
