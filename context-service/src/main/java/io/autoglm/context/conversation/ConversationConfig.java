package io.autoglm.context.conversation;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// The limits of what is remembered. One turn beyond them is refused; one conversation beyond them forgets its oldest
/// turns; one tenant beyond them can no longer list its oldest conversations.
@ConfigMapping(prefix = "autoglm.conversation")
public interface ConversationConfig {
    /// How long an unused conversation is kept. Reading its window or appending to it starts the time again.
    @WithDefault("30d")
    Duration ttl();

    /// The longest `ttlSeconds` a conversation may be created with.
    @WithDefault("365d")
    Duration maxTtl();

    /// Messages in one turn.
    @WithDefault("128")
    int maxTurnMessages();

    /// Bytes of one turn's messages as JSON, before compression.
    @WithDefault("256K")
    MemorySize maxTurnBytes();

    /// Turns held in one conversation.
    @WithDefault("512")
    int maxTurns();

    /// Bytes held in one conversation, after compression.
    @WithDefault("8M")
    MemorySize maxBytes();

    /// Request ids remembered in one conversation, so that a repeated append is recognised.
    @WithDefault("128")
    int requestIds();

    /// Conversations of one tenant that can be listed; older ones stay readable by their id.
    @WithDefault("10000")
    int maxListed();

    /// Turns whose JSON is at least this long are compressed (deflate, level 1) where that makes them shorter.
    @WithDefault("1K")
    MemorySize compressFrom();
}
