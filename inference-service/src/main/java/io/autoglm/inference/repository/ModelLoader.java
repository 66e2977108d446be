package io.autoglm.inference.repository;

import io.autoglm.inference.ServingModel;
import io.autoglm.inference.engine.NoMemoryException;
import io.autoglm.inference.model.ModelLoadException;
import io.autoglm.inference.text.ToolFormat;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/// Loads versions and frees them, each on a thread of its own: one load at a time, in the order in which they
/// were asked for.
///
/// 1. the weights are read into the engine, beside what serves
/// 2. a first answer proves that the model can answer
/// 3. it is written down for the next process, where it was asked for by HTTP
/// 4. the name is its from now on; what it replaces is freed when its last request is over
final class ModelLoader {

    private static final Logger LOG = Logger.getLogger(ModelLoader.class);
    private static final int MOST_WAITING = 16;

    private final Settings settings;
    private final ModelRepository repository;
    private final KeptModels kept;

    /// Writing down what is served and serving it are one step, as are the opposites of both.
    private final ReentrantLock inStep = new ReentrantLock();

    private final Executor loads = new OwnThread("model-loader", MOST_WAITING);
    private final Executor frees = new OwnThread("model-freer", Integer.MAX_VALUE);

    ModelLoader(Settings settings, KeptModels kept, Runnable changed) {
        this.settings = settings;
        this.kept = kept;
        this.repository = new ModelRepository(settings.models().max(), this::free, changed);
    }

    ModelRepository repository() {
        return repository;
    }

    /// @param keep for the next process
    /// @return false if too many are in line already
    boolean line(Version version, boolean keep) {
        try {
            loads.execute(() -> version.loaded().complete(load(version, keep)));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private Loaded load(Version version, boolean keep) {
        long begin = System.nanoTime();
        try {
            Loaded end = repository.loading(version) ? read(version, keep) : unwanted();
            if (end instanceof Loaded.Serves) {
                LOG.infof(
                        "model ready name=%s version=%s maxTokens=%d memoryMiB=%d millis=%d",
                        version.name(),
                        version.digest(),
                        version.prepared().engine().maxTokens(),
                        version.memory().bytes() >> 20,
                        (System.nanoTime() - begin) / 1_000_000);
            } else {
                version.memory().free();
            }
            return end;
        } catch (NoMemoryException e) {
            return new Loaded.NoMemory(failed(version, String.valueOf(e.getMessage())));
        } catch (ModelLoadException e) {
            LOG.debug("model cannot be served", e);
            return new Loaded.Failed(failed(version, String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            return new Loaded.Failed(failed(version, "interrupted"));
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "model could not be loaded name=%s", version.name());
            return new Loaded.Failed(failed(version, version.spec().path() + ": " + e));
        }
    }

    private Loaded unwanted() {
        return repository.stopping() ? new Loaded.Stopping() : new Loaded.Unwanted();
    }

    /// @return why, in one line
    private String failed(Version version, String why) {
        String line = why.lines().findFirst().orElse(why);
        version.memory().free();
        repository.failed(version, line);
        LOG.warnf("model not loaded name=%s reason=%s", version.name(), line);
        return line;
    }

    private Loaded read(Version version, boolean keep) throws InterruptedException {
        Prepared prepared = version.prepared();
        String name = version.name();
        ServingModel.Surroundings surroundings = new ServingModel.Surroundings(
                settings.config(),
                settings.batching(),
                settings.meters().join(name, prepared.engine().maxTokens()),
                version.spec().toolFormat().orElse(ToolFormat.AUTO));
        try {
            ServingModel model = ServingModel.load(name, prepared.files(), prepared.engine(), surroundings);
            try {
                if (repository.loaded(version, model) && warm(version, model, keep)) {
                    return new Loaded.Serves();
                }
                close(version, model);
                settings.meters().leave(name);
                return unwanted();
            } catch (InterruptedException | RuntimeException | Error e) {
                close(version, model);
                throw e;
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            settings.meters().leave(name);
            throw e;
        }
    }

    private boolean warm(Version version, ServingModel model, boolean keep) throws InterruptedException {
        WarmUp.run(model);
        inStep.lock();
        try {
            if (repository.nextOf(version.name()).filter(version::equals).isEmpty()) {
                return false;
            }
            version.kept = !keep || kept.loaded(version.spec());
            settings.room().widen(places(model));
            boolean serves = repository.ready(version);
            if (!serves) {
                settings.room().widen(-places(model));
            }
            return serves;
        } finally {
            inStep.unlock();
        }
    }

    /// Writes it down for the next process, as long as it serves.
    void keep(Version version) {
        inStep.lock();
        try {
            if (repository.servingOf(version.name()).filter(version::equals).isPresent()) {
                version.kept = kept.loaded(version.spec());
            }
        } finally {
            inStep.unlock();
        }
    }

    private int places(ServingModel model) {
        return model.loop().status().slots() + settings.batching().queue();
    }

    /// @param configured whether the next process would serve it again if it did not know
    Unloaded unload(String name, boolean configured) {
        inStep.lock();
        try {
            if (repository.find(name).isEmpty() && !kept.has(name)) {
                return new Unloaded.Unknown();
            }
            boolean isKept = kept.unloaded(name, configured);
            repository.remove(name);
            LOG.infof("model unloaded name=%s kept=%s", name, isKept);
            return new Unloaded.Done(isKept);
        } finally {
            inStep.unlock();
        }
    }

    /// Soon, on its own thread: the loop's last step is waited for.
    private void free(Version version) {
        frees.execute(() -> freeNow(version));
    }

    void freeNow(Version version) {
        ServingModel model = version.model().orElse(null);
        if (model == null || !version.mayFree()) {
            return;
        }
        settings.room().widen(-places(model));
        close(version, model);
        settings.meters().leave(version.name());
        repository.gone(version);
        LOG.infof("model freed name=%s version=%s", version.name(), version.digest());
    }

    /// Whatever becomes of it, the version is done with.
    private static void close(Version version, ServingModel model) {
        try {
            model.close();
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "model could not be freed as a whole name=%s", version.name());
        }
        if (model.freed()) {
            version.memory().free();
            return;
        }
        LOG.errorf("engine does not end its step, its memory stays in use until it does name=%s", version.name());
        Thread.ofVirtual().name("model-freer-late").start(() -> closeLate(version, model));
    }

    /// An engine that is only slow comes back; one that hangs keeps its memory, as it keeps its thread.
    private static void closeLate(Version version, ServingModel model) {
        try {
            model.closeLate();
            LOG.infof("engine has ended its step, its memory is free name=%s", version.name());
        } catch (InterruptedException e) {
            LOG.debug("nobody waits for the engine any more", e);
            return;
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "model could not be freed as a whole name=%s", version.name());
        }
        version.memory().free();
    }
}
