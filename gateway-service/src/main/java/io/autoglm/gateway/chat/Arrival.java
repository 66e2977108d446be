package io.autoglm.gateway.chat;

import io.autoglm.gateway.http.Trace;
import io.autoglm.gateway.identity.Caller;

/// What is known of a request before it is read.
///
/// @param arrivedNanos by the clock of the {@link Services}
record Arrival(Trace trace, Caller caller, long arrivedNanos) {}
