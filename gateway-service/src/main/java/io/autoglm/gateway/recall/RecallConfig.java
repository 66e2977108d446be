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

    /// The part of the model's window kept free for the answer when the request sets no `max_tokens`, 0…1. Default
    /// 0.25.
    @WithDefault("0.25")
    double answerShare();

    /// The window assumed for a model that no instance has described yet, tokens. Default 2,048.
    @WithDefault("2048")
    int assumedWindowTokens();
}
