package io.autoglm.scheduler.lifecycle;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Instances as processes of this machine.
@ConfigMapping(prefix = "autoglm.lifecycle.local")
public interface LocalConfig {

    /// Whether the scheduler runs instances itself. Default false: they come by themselves and report.
    @WithDefault("false")
    boolean enabled();

    /// How many; their ids are `{name}-1` … `{name}-N`. Default 1, at most 256.
    @WithDefault("1")
    int instances();

    /// What the instances' ids begin with. Default `inference`.
    @WithDefault("inference")
    String name();

    /// The program and its arguments, comma-separated; `{id}`, `{port}` and `{url}` are filled in. No default; `\,`
    /// stands for a comma within an argument.
    Optional<List<String>> command();

    /// The first instance's port; the others follow. Default 8000.
    @WithDefault("8000")
    int basePort();

    /// Where instances listen, and part of their URL. Default 127.0.0.1.
    @WithDefault("127.0.0.1")
    String host();

    /// Where instances find the scheduler. Default: this one, on `autoglm.host` and its port.
    Optional<String> schedulerUrl();

    /// One log file per instance. Default `.autoglm/logs`.
    @WithDefault(".autoglm/logs")
    Path logDir();

    /// One pid file per instance. Default `.autoglm/run`.
    @WithDefault(".autoglm/run")
    Path runDir();

    /// A log file larger than this is moved to `.1`. Default 10 MiB.
    @WithDefault("10M")
    MemorySize maxLogBytes();

    /// Waits before a process that crashed is started again: the first time in a row, the second, … Default
    /// `0s,1s,5s`.
    @WithDefault("0s,1s,5s")
    List<Duration> restartDelays();

    /// When those are used up, the alarm is raised and this is the wait between further tries. Default 60 s.
    @WithDefault("60s")
    Duration alarmDelay();

    /// A process that came into service and lived this long is proven: its crash is the first of a new row. Default
    /// 10 s.
    @WithDefault("10s")
    Duration provenAfter();

    /// A living process that is silent or ejected for this long hangs: it is killed and started again. Default 2
    /// min; 0 switches it off.
    @WithDefault("2m")
    Duration killUnwellAfter();

    /// How long a stopping process may finish its streams before it is killed. Default 50 s: an instance gives its
    /// streams 45 s.
    @WithDefault("50s")
    Duration stopTimeout();

    /// Leave the processes running when the scheduler is stopped; the next scheduler adopts them. Default false.
    @WithDefault("false")
    boolean keepOnExit();
}
