package io.autoglm.inference.repository;

import io.autoglm.inference.ModelSpec;
import io.autoglm.inference.RequestRoom;
import io.autoglm.inference.ServingConfig;
import io.autoglm.inference.batching.BatchingConfig;
import io.autoglm.inference.batching.ModelMeters;
import io.autoglm.inference.cpu.Machine;
import io.autoglm.service.Bounds;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/// The models of this service: what is configured, and what may be asked for.
@ApplicationScoped
public class Models {

    private static final Logger LOG = Logger.getLogger(Models.class);
    private static final int MOST_QUESTIONS = 16;
    private static final double BUDGET_OF_FREE_MEMORY = 0.8;

    private final ModelLoader loader;
    private final Admission admission;
    private final MemoryBudget budget;
    private final ModelRoots roots;
    private final KeptModels kept;
    private final List<ModelSpec> configured;
    private final Set<String> configuredNames;
    private final OwnThread questions = new OwnThread("model-checker", MOST_QUESTIONS);

    Models(
            ServingConfig config,
            ModelsConfig models,
            BatchingConfig batching,
            MeterRegistry registry,
            RequestRoom room,
            Event<ModelsChanged> changes) {
        Bounds.atLeast("autoglm.models.max", models.max(), 1);
        configured = Configured.models(config.model(), models);
        configuredNames = configured.stream().map(ModelSpec::name).collect(Collectors.toSet());
        budget =
                new MemoryBudget(models.maxMemory().map(MemorySize::asLongValue).orElseGet(() ->
                        (long) (BUDGET_OF_FREE_MEMORY * Machine.freeBytes())));
        roots = new ModelRoots(
                models.roots().orElseGet(() -> ModelRoots.beside(config.model().path())));
        kept = KeptModels.open(models.file());
        Settings settings = new Settings(config, models, batching, new ModelMeters(registry), room);
        loader = new ModelLoader(settings, kept, () -> changes.fire(new ModelsChanged()));
        admission = new Admission(settings, budget, loader);
    }

    /// To be loaded when the process starts, the first one first.
    List<ModelSpec> initial() {
        return kept.over(configured);
    }

    /// Whether the process is not to start without it: it stands so in the configuration.
    boolean mustServe(ModelSpec spec) {
        return configured.contains(spec);
    }

    /// As [#ask], for what needs not be written down for the next process. Nobody waits for the answer, so
    /// that a refusal is logged and shown with the model.
    Asked askInitially(ModelSpec spec) throws InterruptedException {
        Asked asked = mustServe(spec) ? ask(spec, false) : askWithinRoots(spec, false);
        if (asked instanceof Asked.Refused refused) {
            String why = refused.whyOf(spec.path());
            LOG.warnf("model not loaded name=%s reason=%s", spec.name(), why);
            repository().refused(spec.name(), why);
        }
        return asked;
    }

    /// Asks that this be served under its name, in place of what is served there. Blocks until it is decided,
    /// not until it is loaded; meant for a virtual thread.
    public Asked ask(ModelSpec spec) throws InterruptedException {
        return askWithinRoots(spec, true);
    }

    private Asked askWithinRoots(ModelSpec spec, boolean keep) throws InterruptedException {
        Path real = roots.within(spec.path().toString()).orElse(null);
        return real == null ? new Asked.OutsideRoots(roots.remedy()) : ask(spec.at(real), keep);
    }

    private Asked ask(ModelSpec spec, boolean keep) throws InterruptedException {
        try {
            return questions.submit(() -> admission.ask(spec, keep)).get();
        } catch (RejectedExecutionException e) {
            return new Asked.Busy("too many models are asked for at once");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /// Takes a model out: nothing new for it from now on, what runs may finish. Any thread; writes a small
    /// file.
    public Unloaded unload(String name) {
        return loader.unload(name, configuredNames.contains(name));
    }

    /// What is there, and who uses it.
    public ModelRepository repository() {
        return loader.repository();
    }

    public MemoryBudget budget() {
        return budget;
    }

    /// Takes nothing new in any more.
    ///
    /// @return those that serve or finish, each to be given to [#free]
    List<Version> stop() {
        List<Version> all = loader.repository().stop();
        all.stream()
                .filter(version -> version.stage instanceof Stage.Coming)
                .forEach(version -> version.loaded().complete(new Loaded.Stopping()));
        return all.stream()
                .filter(version -> !(version.stage instanceof Stage.Coming))
                .toList();
    }

    /// Ends what runs on it, and frees it; blocks.
    void free(Version version) {
        loader.freeNow(version);
    }
}
