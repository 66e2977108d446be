package io.autoglm.gateway.quota;

/// How one limit stands after a request was decided on.
///
/// @param resetMillis until all of it may be used again
public record Allowance(Limit limit, long most, long remaining, long resetMillis) {}
