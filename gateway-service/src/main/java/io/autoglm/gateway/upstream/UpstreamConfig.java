package io.autoglm.gateway.upstream;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// How the gateway talks to instances.
@ConfigMapping(prefix = "autoglm.upstream")
interface UpstreamConfig {
    /// How long a connection may take to open; a request waits twice as long for one that comes free. Default
    /// 1 s.
    @WithDefault("1s")
    Duration connectTimeout();

    /// How long an idle connection is kept, in whole seconds. It must be less than the instances keep theirs:
    /// uvicorn, which vLLM and SGLang run on, closes after 5 s. Default 3 s.
    @WithDefault("3s")
    Duration keepAlive();

    /// How long the first token of a stream may take, waiting in the instance's queue included. Default 120 s.
    @WithDefault("120s")
    Duration firstTokenTimeout();

    /// How long a stream may be silent between two events. Default 60 s.
    @WithDefault("60s")
    Duration idleTimeout();

    /// Connections, and so concurrent requests, to one instance. Default 2,048. Beside them at most 64 are open
    /// that were opened to repeat one request each.
    @WithDefault("2048")
    int maxConnections();

    /// Requests that may wait for a connection to one instance. Default 1,024.
    @WithDefault("1024")
    int maxWaiting();

    /// The largest body of an answer that is not streamed, and of an error, in bytes. Default 16 MiB.
    @WithDefault("16777216")
    int maxAnswerBytes();

    /// The largest single event of a stream, and of what comes before its first token, in bytes. Default 1 MiB.
    @WithDefault("1048576")
    int maxEventBytes();
}
