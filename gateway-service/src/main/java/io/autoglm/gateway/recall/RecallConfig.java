package io.autoglm.gateway.recall;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Where the context service is, and how the model's window is shared between what was said and what will be.
@ConfigMapping(prefix = "autoglm.context")
interface RecallConfig {
    /// Base URL. Default `http://127.0.0.1:8082`.
    @WithDefault("http://127.0.0.1:8082")
    String url();

    /// How long one call may take. Default 2 s.
    @WithDefault("2s")
    Duration timeout();

    /// Whether a session's name means the same conversation to everybody of a tenant. Default `false`: each
    /// subject, of whichever keys and tokens, has conversations of its own.
    @WithDefault("false")
    boolean sharedSessions();

    /// The part of the model's window kept free for the answer when the request sets no `max_tokens`, 0…1.
    /// Default 0.25.
    @WithDefault("0.25")
    double answerShare();

    /// The window assumed for a model that no instance has described yet, tokens. Default 2,048.
    @WithDefault("2048")
    int assumedWindowTokens();

    /// What an image, or another part of a message that is not text, is taken to cost, tokens. Default 1,600,
    /// which GLM-4V makes of an image; OpenAI's high detail is 765 to 1,105.
    @WithDefault("1600")
    int tokensPerMedia();

    /// Messages of one request with a session and its answer; the same as the context service's
    /// `autoglm.conversation.max-turn-messages`. Default 128.
    @WithDefault("128")
    int maxTurnMessages();

    /// Bytes of the messages of one request with a session, as JSON; the same as the context service's
    /// `autoglm.conversation.max-turn-bytes`. Default 256 KiB.
    @WithDefault("262144")
    int maxTurnBytes();
}
