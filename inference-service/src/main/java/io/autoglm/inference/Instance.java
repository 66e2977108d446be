package io.autoglm.inference;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;

/// This process as an instance: its life, which the loader moves on and everyone may read.
@ApplicationScoped
public class Instance {

    private final String incarnation = UUID.randomUUID().toString();

    /// Written under this object's lock, read by all.
    private volatile Life life = new Life.Starting();

    public Life life() {
        return life;
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
    synchronized boolean move(Life from, Life to) {
        if (!life.equals(from)) {
            return false;
        }
        life = to;
        return true;
    }

    /// @return false if the process was told to stop meanwhile
    synchronized boolean end(Life.Unservable unservable) {
        switch (life) {
            case Life.Starting starting -> life = unservable;
            case Life.Warming warming -> life = unservable;
            case Life.Ready ready -> life = unservable;
            case Life.Draining draining -> {
                return false;
            }
            case Life.Unservable already -> {
                return false;
            }
            case Life.Stopped stopped -> {
                return false;
            }
        }
        return true;
    }

    /// Whatever it was doing: from now on it takes nothing new.
    synchronized Life drain() {
        life = switch (life) {
            case Life.Ready ready -> ready.drain();
            case Life.Warming warming -> warming.drain();
            case Life.Draining draining -> draining;
            case Life.Starting() -> new Life.Stopped();
            case Life.Unservable unservable -> unservable;
            case Life.Stopped stopped -> stopped;
        };
        return life;
    }
}
