package io.autoglm.scheduler.registry;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// What the registry remembers, and from when on it stops believing an instance.
@ConfigMapping(prefix = "autoglm.registry")
public interface RegistryConfig {

    /// Instances known at once; a further one is refused with 503. Default 1000.
    @WithDefault("1000")
    int maxInstances();

    /// Without a report for this long an instance gets no request while another can take it. Default 2 s: four
    /// missed reports.
    @WithDefault("2s")
    Duration suspectAfter();

    /// After its start the scheduler waits this long for reports before it says that nobody serves a model. Default
    /// 2 s: four reports.
    @WithDefault("2s")
    Duration settleFor();

    /// Without a report for this long it counts as gone. Default 5 s.
    @WithDefault("5s")
    Duration goneAfter();

    /// How long a gone instance is still listed, with its reason. Default 10 min; instances whose processes the
    /// scheduler runs are listed always.
    @WithDefault("10m")
    Duration forgetAfter();

    /// Failures reported by gateways within `fail-timeout` that eject an instance. Default 3, as nginx counts.
    @WithDefault("3")
    int maxFails();

    /// The window in which failures are counted, and how long an ejected instance stays out before a probe may
    /// bring it back. Default 30 s.
    @WithDefault("30s")
    Duration failTimeout();

    /// Probes in a row that must fail before they eject; a port that refuses connections does so at once. Default
    /// 2.
    @WithDefault("2")
    int maxFailedProbes();

    /// Sequences are running and the engine has made no step for this long: it hangs. Default 15 s.
    @WithDefault("15s")
    Duration stalledAfter();

    /// An instance without sign of progress for this long is asked a short prompt. Default 10 s.
    @WithDefault("10s")
    Duration idleProbeEvery();

    /// Free accelerator memory below this ejects an instance that reports it. Default 512 MiB; 0 switches it off.
    @WithDefault("512M")
    MemorySize acceleratorFloor();
}
