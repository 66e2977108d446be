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

    /// How long a request may take from its arrival to its last token. Default 10 min.
    @WithDefault("10m")
    Duration timeout();

    /// The most messages of one request. Default 2,048.
    @WithDefault("2048")
    int maxMessages();
}
