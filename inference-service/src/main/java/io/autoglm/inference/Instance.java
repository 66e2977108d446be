package io.autoglm.inference;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/// This process as an instance: its life, which the loader moves on and everyone may read.
@ApplicationScoped
public class Instance {

    private final String incarnation = UUID.randomUUID().toString();
    private final AtomicReference<Life> life = new AtomicReference<>(new Life.Starting());

    public Life life() {
        return life.get();
    }

    /// Random for each process.
    public String incarnation() {
        return incarnation;
    }

    /// The model, once it is loaded; also while the instance drains.
    public Optional<ServingModel> model() {
        return switch (life()) {
            case Life.Warming(ServingModel model) -> Optional.of(model);
            case Life.Ready(ServingModel model) -> Optional.of(model);
            case Life.Draining(ServingModel model) -> Optional.of(model);
            case Life.Starting() -> Optional.empty();
            case Life.Unservable(String why) -> Optional.empty();
            case Life.Stopped() -> Optional.empty();
        };
    }

    /// @return false if the life has moved on meanwhile, say because the process was told to stop
    boolean move(Life from, Life to) {
        return life.updateAndGet(now -> now.equals(from) ? to : now) == to;
    }

    /// @return false if the process was told to stop meanwhile
    boolean end(Life.Unservable unservable) {
        return life.updateAndGet(before -> switch (before) {
                    case Life.Starting() -> unservable;
                    case Life.Warming warming -> unservable;
                    case Life.Ready ready -> unservable;
                    case Life.Draining draining -> draining;
                    case Life.Unservable already -> already;
                    case Life.Stopped stopped -> stopped;
                })
                == unservable;
    }

    /// Whatever it was doing: from now on it takes nothing new.
    Life drain() {
        return life.updateAndGet(before -> switch (before) {
            case Life.Ready ready -> ready.drain();
            case Life.Warming(ServingModel model) -> new Life.Draining(model);
            case Life.Draining draining -> draining;
            case Life.Starting() -> new Life.Stopped();
            case Life.Unservable unservable -> unservable;
            case Life.Stopped stopped -> stopped;
        });
    }
}
