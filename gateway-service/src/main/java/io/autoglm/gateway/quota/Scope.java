package io.autoglm.gateway.quota;

import io.autoglm.gateway.policy.Limits;

/// A name under which requests are counted, and how many may be.
///
/// @param kind in words for people: `key`, `tenant`, `model`
/// @param name unique within the tenant
public record Scope(String kind, String name, Limits limits) {}
