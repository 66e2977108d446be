package io.autoglm.inference.repository;

import io.autoglm.inference.Instance;
import io.autoglm.inference.Life;
import io.autoglm.inference.ModelSpec;
import io.autoglm.inference.RequestRoom;
import io.autoglm.inference.ServingConfig;
import io.autoglm.inference.ServingModel;
import io.autoglm.service.CannotStart;
import io.autoglm.service.LastWords;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/// Loads the first models after the port is open, and drains when the process is told to stop. Every step is
/// fired as an event of type {@link Life}.
///
/// 1. without an internal token: one line, exit code 78
/// 2. the models are loaded and warmed up, one after the other; a configured one that cannot be served: one
///    line, exit code 78; one that was loaded by HTTP before is only told
/// 3. SIGTERM: nothing new from now on, what runs may finish, what has not by then ends as failed
@ApplicationScoped
public class Lifecycle {

    private static final Logger LOG = Logger.getLogger(Lifecycle.class);

    /// For the present step, and then for the last bytes of answers that were cut off.
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final Instance instance;
    private final ServingConfig config;
    private final Models models;
    private final RequestRoom room;
    private final Event<Life> changes;

    Lifecycle(Instance instance, ServingConfig config, Models models, RequestRoom room, Event<Life> changes) {
        this.instance = instance;
        this.config = config;
        this.models = models;
        this.room = room;
        this.changes = changes;
    }

    void start(@Observes StartupEvent started) {
        boolean token =
                config.internalToken().filter(secret -> !secret.isBlank()).isPresent();
        if (!token && config.internalAuth() == ServingConfig.Access.TOKEN) {
            throw new CannotStart(
                    "autoglm.internal-token is not set",
                    "set AUTOGLM_INTERNAL_TOKEN, or autoglm.internal-auth=none to let everyone in");
        }
        List<ModelSpec> initial = models.initial();
        Thread.ofPlatform().name("first-models").daemon().start(() -> load(initial));
    }

    private void load(List<ModelSpec> initial) {
        Life.Starting starting = new Life.Starting();
        try {
            for (ModelSpec spec : initial) {
                Optional<String> failure = failure(spec);
                if (failure.isPresent() && models.mustServe(spec)) {
                    unservable(starting, failure.get());
                    return;
                }
            }
            Life ready = starting.loaded();
            if (instance.move(starting, ready)) {
                changes.fire(ready);
            }
        } catch (InterruptedException e) {
            LOG.debug("model loading interrupted", e);
        } catch (RuntimeException | Error e) {
            LOG.error("models could not be loaded", e);
            unservable(starting, e.toString());
        }
    }

    private Optional<String> failure(ModelSpec spec) throws InterruptedException {
        return switch (models.askInitially(spec)) {
            case Asked.Taken taken ->
                switch (taken.loaded().join()) {
                    case Loaded.Serves() -> Optional.empty();
                    case Loaded.Unwanted() -> Optional.empty();
                    case Loaded.Stopping() -> Optional.empty();
                    case Loaded.Failed(String why) -> Optional.of(why);
                    case Loaded.NoMemory(String why) -> Optional.of(why);
                };
            case Asked.Refused refused -> Optional.of(refused.whyOf(spec.path()));
        };
    }

    private void unservable(Life.Starting starting, String why) {
        Life.Unservable unservable = starting.failed(why.lines().findFirst().orElse(why));
        if (!instance.move(starting, unservable)) {
            return;
        }
        System.err.println("autoglm: cannot serve: " + unservable.why());
        changes.fire(unservable);
        Quarkus.asyncExit(LastWords.CONFIGURATION_FAULT);
    }

    void drain(@Observes ShutdownDelayInitiatedEvent stopping) throws InterruptedException {
        Life life = instance.drain();
        changes.fire(life);
        if (!(life instanceof Life.Draining)) {
            return;
        }
        List<Version> versions = models.stop();
        List<ServingModel> loaded =
                versions.stream().flatMap(version -> version.model().stream()).toList();
        LOG.infof(
                "draining models=%d running=%d",
                loaded.size(),
                loaded.stream()
                        .mapToInt(model -> model.loop().status().running())
                        .sum());
        loaded.forEach(model -> model.loop().refuseNew());
        boolean finished = room.awaitEmpty(config.drainTimeout());
        loaded.forEach(model -> model.loop().stop());
        if (!finished) {
            LOG.warnf(
                    "drain timeout, running answers end as failed seconds=%d",
                    config.drainTimeout().toSeconds());
            room.awaitEmpty(LAST_WORDS);
        }
        changes.fire(new Life.Stopped());
        versions.forEach(models::free);
    }
}
