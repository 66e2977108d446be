package io.autoglm.scheduler.health;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// How instances are probed.
@ConfigMapping(prefix = "autoglm.probe")
public interface ProbeConfig {

    /// How often the registry is aged and due probes are sent. Default 500 ms.
    @WithDefault("500ms")
    Duration tick();

    /// For the connection and the answer of `GET /health`. Default 2 s.
    @WithDefault("2s")
    Duration healthTimeout();

    /// For the answer to the short prompt. Default 10 s.
    @WithDefault("10s")
    Duration promptTimeout();

    /// What is asked. Default `Hello`.
    @WithDefault("Hello")
    String prompt();

    /// Tokens of answer asked for. Default 2.
    @WithDefault("2")
    int maxTokens();

    /// Probes under way at once; others wait for the next tick. Default 64.
    @WithDefault("64")
    int maxConcurrent();
}
