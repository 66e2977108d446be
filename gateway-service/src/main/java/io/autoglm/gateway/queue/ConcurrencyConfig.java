package io.autoglm.gateway.queue;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// How many requests of a model this gateway has under way at once; those beyond wait, see `autoglm.queue`.
@ConfigMapping(prefix = "autoglm.admission.concurrency")
interface ConcurrencyConfig {
    /// Who decides how many.
    enum Policy {
        NONE,
        GRADIENT,
        LOAD
    }

    /// `none`: as many as come, and the instances' own queues take them. `gradient`: by measured latency, between
    /// `min` and `max`. `load`: `base · (1 + load · 0.5)`, where `load` is the share of the model's slots that are
    /// free. Default `none`.
    @WithDefault("none")
    Policy policy();

    /// Where `load` and `gradient` begin. Default 64.
    @WithDefault("64")
    int base();

    /// The least of `gradient`. Default 8.
    @WithDefault("8")
    int min();

    /// The most of `gradient`. Default 2,000.
    @WithDefault("2000")
    int max();
}
