package io.autoglm.gateway.chat;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Bounds of one completion.
@ConfigMapping(prefix = "autoglm.chat")
interface ChatConfig {
    /// The largest request body, in bytes. Default 10 MiB, room for a few screenshots as data URLs.
    @WithDefault("10485760")
    long maxBodyBytes();

    /// The request bodies held at once, in bytes, not less than one may have; a request for which there is no
    /// room is refused with 503. One account holds at most a quarter of it, or one largest body if that is more,
    /// and is refused with 429 beyond it. A body is held from its first byte to the answer's first token.
    /// Default 256 MiB.
    @WithDefault("268435456")
    long maxBodiesBytes();

    /// How long a request body may take to arrive; after it the request is refused with 408. Default 30 s.
    @WithDefault("30s")
    Duration bodyTimeout();

    /// How long a request may take from its arrival to its last token. Default 10 min.
    @WithDefault("10m")
    Duration timeout();

    /// How long a client may leave what was sent to it unread before it counts as gone. Default 60 s.
    @WithDefault("60s")
    Duration writeTimeout();

    /// The tokens that an answer is taken to have for limits, as long as none of its model was seen, where
    /// the request sets no `max_tokens`. Default 512.
    @WithDefault("512")
    int assumedAnswerTokens();

    /// The most messages of one request. Default 2,048.
    @WithDefault("2048")
    int maxMessages();
}
