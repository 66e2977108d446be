package io.autoglm.inference.repository;

import io.autoglm.inference.ModelSpec;
import io.autoglm.inference.ServingConfig;
import io.autoglm.inference.cpu.Machine;
import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.LoadedModel;
import io.autoglm.inference.engine.MemoryPlan;
import io.autoglm.inference.engine.NoMemoryException;
import io.autoglm.inference.engine.WeightCacheConfig;
import io.autoglm.inference.model.ModelFiles;
import io.autoglm.inference.model.ModelLoadException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;

/// Whether a model may be loaded, found out before its weights are read: its directory is whole, is the
/// version that is meant, and fits into the memory. One question at a time, so that none takes the memory
/// that another one counts on; blocks for about a second, for the digest of a large model.
final class Admission {

    private static final Logger LOG = Logger.getLogger(Admission.class);

    private final Settings settings;
    private final MemoryBudget budget;
    private final ModelLoader loader;
    private final ModelRepository repository;

    Admission(Settings settings, MemoryBudget budget, ModelLoader loader) {
        this.settings = settings;
        this.budget = budget;
        this.loader = loader;
        this.repository = loader.repository();
    }

    /// @param keep for the next process
    Asked ask(ModelSpec spec, boolean keep) {
        Asked asked = decide(spec, keep);
        switch (asked) {
            case Asked.Unservable(String why) -> repository.refused(spec.name(), why);
            case Asked.OtherDigest(String why) -> repository.refused(spec.name(), why);
            case Asked.NoMemory(String why) -> repository.refused(spec.name(), why);
            // What says nothing of the model is told to whoever asked, and to nobody else.
            case Asked.OutsideRoots outside -> {}
            case Asked.TooManyModels many -> {}
            case Asked.Busy busy -> {}
            case Asked.Contradicted contradicted -> {}
            case Asked.Taken taken -> {}
        }
        return asked;
    }

    private Asked decide(ModelSpec spec, boolean keep) {
        try {
            ModelFiles files = ModelFiles.open(spec.path());
            String digest = files.digest();
            if (spec.digest().filter(meant -> !meant.equals(digest)).isPresent()) {
                return new Asked.OtherDigest(spec.path() + ": its digest is " + digest + ", not "
                        + spec.digest().get());
            }
            Version next = repository.nextOf(spec.name()).orElse(null);
            if (next != null) {
                return next.is(spec, digest)
                        ? new Asked.Taken(next.loaded())
                        : new Asked.Contradicted("'" + spec.name() + "' is being loaded with other settings already");
            }
            Version serving = repository.servingOf(spec.name()).orElse(null);
            return serving != null && serving.is(spec, digest) ? serves(serving, keep) : reserve(spec, files, keep);
        } catch (ModelLoadException e) {
            return new Asked.Unservable(String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "model could not be checked name=%s", spec.name());
            return new Asked.Unservable(spec.path() + ": " + e);
        }
    }

    private Asked serves(Version version, boolean keep) {
        if (keep) {
            loader.keep(version);
        }
        return new Asked.Taken(CompletableFuture.completedFuture(new Loaded.Serves()));
    }

    private Asked reserve(ModelSpec spec, ModelFiles files, boolean keep) {
        long machineBytes = Machine.freeBytes();
        EngineConfig engine = engine(spec);
        try {
            MemoryPlan plan = LoadedModel.plan(files, engine, Math.min(budget.freeBytes(), machineBytes));
            MemoryBudget.Share share = budget.reserve(plan.bytes()).orElse(null);
            if (share == null) {
                return noMemory(plan.bytes(), machineBytes);
            }
            Prepared prepared = new Prepared(files, engine.withMaxTokens(plan.maxTokens()));
            return line(new Version(spec, prepared, share), keep);
        } catch (NoMemoryException e) {
            return noMemory(e.needBytes(), machineBytes);
        }
    }

    private Asked line(Version version, boolean keep) {
        if (!repository.begin(version)) {
            version.memory().free();
            return new Asked.TooManyModels(
                    "autoglm.models.max: " + settings.models().max() + " models are here already");
        }
        if (!loader.line(version, keep)) {
            version.memory().free();
            repository.failed(version, "too many loads are waiting");
            return new Asked.Busy("too many loads are waiting");
        }
        return new Asked.Taken(version.loaded());
    }

    private Asked.NoMemory noMemory(long needBytes, long machineBytes) {
        return new Asked.NoMemory("weights and KV cache take " + mib(needBytes) + " at least, the models here take "
                + mib(budget.usedBytes()) + " of " + mib(budget.bytes())
                + " (autoglm.models.max-memory), and " + mib(machineBytes) + " of the machine are free");
    }

    private static String mib(long bytes) {
        return MemoryBudget.mib(bytes) + " MiB";
    }

    private EngineConfig engine(ModelSpec spec) {
        ServingConfig config = settings.config();
        return new EngineConfig(
                config.engine(),
                spec.weights().orElse(config.weights()),
                config.weightBlock(),
                cache(config.weightCache()),
                config.cpu().kvCache(),
                config.cpu().threads(),
                spec.slots().orElse(settings.batching().slots()),
                settings.batching().spareSlots(),
                spec.maxTokens().orElse(settings.batching().maxTokens()),
                config.cpu().spinning().orElseGet(() -> alone(spec)));
    }

    /// Threads that spin keep those of another model off the cores.
    private boolean alone(ModelSpec spec) {
        return settings.models().more().isEmpty()
                && repository.list().stream()
                        .filter(model -> model.serving().or(model::next).isPresent())
                        .allMatch(model -> model.name().equals(spec.name()));
    }

    private static WeightCacheConfig cache(ServingConfig.WeightCache cache) {
        Optional<Path> folder = Optional.of(cache.path())
                .filter(path -> !path.isBlank() && !path.equals("none"))
                .map(Path::of);
        return new WeightCacheConfig(folder, cache.maxSize().asLongValue());
    }
}
