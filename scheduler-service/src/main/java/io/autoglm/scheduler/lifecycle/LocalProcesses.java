package io.autoglm.scheduler.lifecycle;

import io.autoglm.scheduler.registry.Registry;
import io.autoglm.service.Bounds;
import io.autoglm.service.CannotStart;
import io.autoglm.service.InternalToken;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// The instances that this scheduler runs as processes of its own machine.
@Singleton
public final class LocalProcesses {
    private static final Logger LOG = Logger.getLogger(LocalProcesses.class);
    private static final int MAX_INSTANCES = 256;
    private static final int MAX_PORT = 65_535;

    private final LocalConfig config;
    private final Registry registry;
    private final Clock clock;
    private final InternalToken token;
    private final MeterRegistry meters;
    private final String ownUrl;

    private final ScheduledExecutorService owner = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("lifecycle").daemon().unstarted(task));
    /// Written at start, before anything else runs.
    private volatile List<LocalInstance> instances = List.of();

    LocalProcesses(
            LocalConfig config,
            Registry registry,
            Clock clock,
            InternalToken token,
            MeterRegistry meters,
            @ConfigProperty(name = "autoglm.host", defaultValue = "127.0.0.1") String host,
            @ConfigProperty(name = "quarkus.http.port") int port) {
        this.config = config;
        this.registry = registry;
        this.clock = clock;
        this.token = token;
        this.meters = meters;
        this.ownUrl = config.schedulerUrl().orElse("http://" + reachable(host) + ":" + port);
    }

    private static String reachable(String host) {
        return host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
    }

    void start(@Observes StartupEvent event) {
        if (!config.enabled()) {
            return;
        }
        List<String> command = config.command()
                .filter(parts -> !parts.isEmpty())
                .orElseThrow(() -> new CannotStart(
                        "autoglm.lifecycle.local.command is not set", "say how an instance is started"));
        if (config.instances() < 0 || config.instances() > MAX_INSTANCES) {
            throw new CannotStart(
                    "autoglm.lifecycle.local.instances is " + config.instances(), "set it to 0…" + MAX_INSTANCES);
        }
        long lastPort = (long) config.basePort() + config.instances() - 1;
        if (config.instances() > 0 && (config.basePort() < 1 || lastPort > MAX_PORT)) {
            throw new CannotStart(
                    "autoglm.lifecycle.local.base-port is " + config.basePort(),
                    "the " + config.instances() + " instances need ports within 1…" + MAX_PORT);
        }
        check(config);
        usable("run-dir", config.runDir());
        usable("log-dir", config.logDir());
        Map<String, String> environment = new TreeMap<>();
        environment.put("AUTOGLM_SCHEDULER_URL", ownUrl);
        token.value().ifPresent(secret -> environment.put("AUTOGLM_INTERNAL_TOKEN", secret));
        instances = IntStream.rangeClosed(1, config.instances())
                .mapToObj(number -> Launch.of(
                        config.name() + "-" + number,
                        config.host(),
                        config.basePort() + number - 1,
                        command,
                        environment,
                        config.logDir()))
                .map(launch -> new LocalInstance(launch, config, registry, clock, owner))
                .toList();
        instances.forEach(this::watch);
        owner.execute(this::begin);
        var _ = owner.scheduleWithFixedDelay(this::inspect, 1, 1, TimeUnit.SECONDS);
    }

    private static void check(LocalConfig config) {
        String prefix = "autoglm.lifecycle.local.";
        config.restartDelays().forEach(delay -> Bounds.notNegative(prefix + "restart-delays", delay));
        Bounds.positive(prefix + "alarm-delay", config.alarmDelay());
        Bounds.notNegative(prefix + "proven-after", config.provenAfter());
        Bounds.notNegative(prefix + "kill-unwell-after", config.killUnwellAfter());
        Bounds.notNegative(prefix + "stop-timeout", config.stopTimeout());
        Bounds.atLeast(prefix + "max-log-bytes", config.maxLogBytes().asLongValue(), 1);
    }

    private static void usable(String option, Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException cannot) {
            throw new CannotStart(
                    "autoglm.lifecycle.local." + option + " cannot be made: " + cannot.getMessage(),
                    "choose a directory that can be written");
        }
    }

    private void watch(LocalInstance instance) {
        Gauge.builder("autoglm.lifecycle.alarm", instance, one -> one.alarmed() ? 1 : 0)
                .tag("instance", instance.id())
                .description("1 while the instance keeps failing")
                .register(meters);
        FunctionCounter.builder("autoglm.lifecycle.restarts", instance, LocalInstance::restarts)
                .tag("instance", instance.id())
                .register(meters);
    }

    /// Whatever is wrong with one file or one instance keeps no other from its start.
    private void begin() {
        Set<String> wanted = instances.stream().map(LocalInstance::id).collect(Collectors.toSet());
        try {
            for (PidFile file : PidFile.all(config.runDir())) {
                if (isOurs(file.id()) && !wanted.contains(file.id())) {
                    endSurplus(file);
                }
            }
        } catch (IOException | RuntimeException unreadable) {
            LOG.errorf(unreadable, "run directory cannot be read path=%s", config.runDir());
        }
        instances.forEach(LocalInstance::begin);
    }

    /// Ends a process of an earlier scheduler that ran more instances.
    private void endSurplus(PidFile file) {
        try {
            Optional<PidFile.Entry> entry = file.read();
            if (entry.isPresent()) {
                entry.flatMap(PidFile.Entry::find).ifPresent(handle -> {
                    LOG.infof("ending surplus instance=%s pid=%d", file.id(), handle.pid());
                    var _ = Ends.softly(handle, config.stopTimeout());
                });
                file.delete();
            }
        } catch (IOException | RuntimeException unusable) {
            LOG.errorf(unusable, "pid file cannot be used path=%s", file.path());
        }
    }

    /// Other files of the directory are somebody else's.
    private boolean isOurs(String id) {
        return id.matches(Pattern.quote(config.name()) + "-[0-9]+");
    }

    private void inspect() {
        for (LocalInstance instance : instances) {
            try {
                instance.inspect();
            } catch (IOException | RuntimeException failure) {
                LOG.errorf(failure, "inspection failed instance=%s", instance.id());
            }
        }
    }

    /// Returns when every process has ended, unless they are to be kept.
    void stop(@Observes ShutdownEvent event) {
        CompletableFuture.completedFuture(null)
                .thenComposeAsync(nothing -> endAll(), owner)
                .join();
        owner.shutdownNow();
    }

    private CompletableFuture<Void> endAll() {
        if (config.keepOnExit()) {
            instances.forEach(LocalInstance::release);
            return CompletableFuture.completedFuture(null);
        }
        return CompletableFuture.allOf(
                instances.stream().map(LocalInstance::stop).toArray(CompletableFuture[]::new));
    }
}
