package io.autoglm.inference.report;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/// `autoglm.instance.*` and `autoglm.scheduler.*`: what this instance is called, and whom it tells.
@ConfigMapping(prefix = "autoglm")
public interface ReportConfig {

    Self instance();

    Scheduler scheduler();

    /// This instance.
    interface Self {

        /// Its place, stable over restarts. Default `inference-1`.
        @WithDefault("inference-1")
        String id();

        /// Where the gateway reaches it. Default: host and port it listens on.
        Optional<String> url();
    }

    /// The scheduler.
    interface Scheduler {

        /// Its base URL. Without one, the default, the instance stands alone.
        Optional<URI> url();

        /// How often it is told. Default 500 ms.
        @WithDefault("500ms")
        Duration reportInterval();
    }
}
