package io.autoglm.inference;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/// This process as an instance: its life, which the lifecycle moves on and everyone may read.
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

    /// @return false if the life has moved on meanwhile, say because the process was told to stop
    public synchronized boolean move(Life from, Life to) {
        if (!life.equals(from)) {
            return false;
        }
        life = to;
        return true;
    }

    /// Whatever it was doing: from now on it takes nothing new.
    public synchronized Life drain() {
        life = switch (life) {
            case Life.Ready() -> new Life.Draining();
            case Life.Starting() -> new Life.Draining();
            case Life.Draining draining -> draining;
            case Life.Unservable unservable -> unservable;
            case Life.Stopped stopped -> stopped;
        };
        return life;
    }

    /// Whether it takes nothing new any more.
    public boolean leaving() {
        Life now = life;
        return now instanceof Life.Draining || now instanceof Life.Stopped;
    }
}
