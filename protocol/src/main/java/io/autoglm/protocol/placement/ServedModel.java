package io.autoglm.protocol.placement;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/// A model that an instance answers for.
///
/// @param id             the name clients ask for
/// @param version        the digest of its files, short, so that a rollout can tell two versions apart
/// @param maxModelTokens prompt and answer together, in tokens
@JsonIgnoreProperties(ignoreUnknown = true)
public record ServedModel(String id, String version, int maxModelTokens) {}
