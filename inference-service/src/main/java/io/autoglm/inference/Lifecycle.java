package io.autoglm.inference;

import io.autoglm.inference.batching.BatchingConfig;
import io.autoglm.inference.model.ModelLoadException;
import io.autoglm.service.CannotStart;
import io.autoglm.service.LastWords;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;

/// Loads the model after the port is open, and drains when the process is told to stop. Every step is fired as an event
/// of type {@link Life}.
///
/// 1. without an internal token: one line, exit code 78
/// 2. the model is loaded and warmed up on a thread of its own; one that cannot be served: one line, exit code 78
/// 3. SIGTERM: nothing new from now on, what runs may finish, what has not by then ends as failed
@ApplicationScoped
public class Lifecycle {

    private static final Logger LOG = Logger.getLogger(Lifecycle.class);

    /// For the present step, and then for the last bytes of answers that were cut off.
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final Instance instance;
    private final ServingConfig config;
    private final BatchingConfig batching;
    private final MeterRegistry metrics;
    private final RequestRoom room;
    private final Event<Life> changes;

    Lifecycle(
            Instance instance,
            ServingConfig config,
            BatchingConfig batching,
            MeterRegistry metrics,
            RequestRoom room,
            Event<Life> changes) {
        this.instance = instance;
        this.config = config;
        this.batching = batching;
        this.metrics = metrics;
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
        Thread.ofPlatform().name("model-loader").daemon().start(this::load);
    }

    private void load() {
        Life.Starting starting = new Life.Starting();
        long begin = System.nanoTime();
        try {
            ServingModel model = ServingModel.load(config, batching, metrics);
            Life.Warming warming = starting.loaded(model);
            if (!move(starting, warming)) {
                model.close();
                return;
            }
            WarmUp.run(model);
            if (move(warming, warming.answered())) {
                LOG.infof(
                        "model ready name=%s version=%s engine=%s maxTokens=%d millis=%d",
                        model.name(),
                        model.served().version(),
                        model.engine(),
                        model.maxTokens(),
                        (System.nanoTime() - begin) / 1_000_000);
            }
        } catch (ModelLoadException e) {
            LOG.debug("model cannot be served", e);
            unservable(starting, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            LOG.debug("model loading interrupted", e);
        } catch (RuntimeException | Error e) {
            LOG.error("model could not be loaded", e);
            unservable(starting, config.model().path() + ": " + e);
        }
    }

    private void unservable(Life.Starting starting, String why) {
        Life.Unservable unservable = starting.failed(why.lines().findFirst().orElse(why));
        if (!instance.end(unservable)) {
            return;
        }
        System.err.println("autoglm: cannot serve: " + unservable.why());
        changes.fire(unservable);
        Quarkus.asyncExit(LastWords.CONFIGURATION_FAULT);
    }

    void drain(@Observes ShutdownDelayInitiatedEvent stopping) throws InterruptedException {
        Life life = instance.drain();
        changes.fire(life);
        if (life instanceof Life.Draining(ServingModel model)) {
            LOG.infof("draining running=%d", model.loop().status().running());
            model.loop().refuseNew();
            boolean finished = room.awaitEmpty(config.drainTimeout());
            model.loop().stop();
            if (!finished) {
                LOG.warnf(
                        "drain timeout, running answers end as failed seconds=%d",
                        config.drainTimeout().toSeconds());
                room.awaitEmpty(LAST_WORDS);
            }
            changes.fire(new Life.Stopped());
            model.close();
        }
    }

    private boolean move(Life from, Life to) {
        boolean moved = instance.move(from, to);
        if (moved) {
            changes.fire(to);
        }
        return moved;
    }
}
