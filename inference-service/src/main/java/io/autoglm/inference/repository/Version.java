package io.autoglm.inference.repository;

import io.autoglm.inference.ModelSpec;
import io.autoglm.inference.ServingModel;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/// One version of a model from the moment it was asked for until it is freed.
final class Version {

    private final ModelSpec spec;
    private final Prepared prepared;
    private final MemoryBudget.Share memory;
    private final CompletableFuture<Loaded> loaded = new CompletableFuture<>();
    private final AtomicBoolean freed = new AtomicBoolean();

    /// Moved under the repository's lock, read by all.
    volatile Stage stage = new Stage.Waiting();

    /// Requests that began on it and are not over; guarded by the repository.
    int uses;

    /// The next process would serve it too. Written by the loader, read by all.
    volatile boolean kept;

    Version(ModelSpec spec, Prepared prepared, MemoryBudget.Share memory) {
        this.spec = spec;
        this.prepared = prepared;
        this.memory = memory;
    }

    ModelSpec spec() {
        return spec;
    }

    String name() {
        return spec.name();
    }

    String digest() {
        return prepared.files().digest();
    }

    Prepared prepared() {
        return prepared;
    }

    MemoryBudget.Share memory() {
        return memory;
    }

    /// Done when it is ready, or will never be. Never fails.
    CompletableFuture<Loaded> loaded() {
        return loaded;
    }

    /// @return true for the one caller who is to free it
    boolean mayFree() {
        return freed.compareAndSet(false, true);
    }

    boolean is(ModelSpec other, String otherDigest) {
        return spec.equals(other) && digest().equals(otherDigest);
    }

    /// While it is in memory.
    Optional<ServingModel> model() {
        return switch (stage) {
            case Stage.Warming(ServingModel model) -> Optional.of(model);
            case Stage.Ready(ServingModel model) -> Optional.of(model);
            case Stage.Draining(ServingModel model) -> Optional.of(model);
            case Stage.Waiting waiting -> Optional.empty();
            case Stage.Loading loading -> Optional.empty();
            case Stage.Gone gone -> Optional.empty();
            case Stage.Failed failed -> Optional.empty();
        };
    }

    VersionView view() {
        return new VersionView(
                spec,
                digest(),
                stage,
                prepared.engine().slots(),
                prepared.engine().maxTokens(),
                memory.bytes(),
                uses,
                kept,
                model());
    }
}
