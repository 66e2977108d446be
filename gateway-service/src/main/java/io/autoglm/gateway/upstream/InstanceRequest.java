package io.autoglm.gateway.upstream;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;

/// What is sent to an instance.
///
/// @param path    `/v1/…`
/// @param headers everything but content type, accept and the proof of trust
/// @param stream  whether the answer is a stream
public record InstanceRequest(String path, MultiMap headers, Buffer body, boolean stream) {}
