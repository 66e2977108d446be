package io.autoglm.inference.repository;

import io.autoglm.inference.ServingModel;

/// Where one version of a model is in its life: Waiting → Loading → Warming → Ready → Draining → Gone, or
/// Failed on its way to Ready.
public sealed interface Stage {

    /// Not yet in the service of its name.
    sealed interface Coming extends Stage {
        default Failed failed(String why) {
            return new Failed(why);
        }
    }

    /// One loads at a time; this one waits for those before it.
    record Waiting() implements Coming {
        Loading begun() {
            return new Loading();
        }
    }

    record Loading() implements Coming {
        Warming loaded(ServingModel model) {
            return new Warming(model);
        }
    }

    /// Gives its first answer, which nobody sees.
    record Warming(ServingModel model) implements Coming {
        Ready answered() {
            return new Ready(model);
        }
    }

    /// Has its name.
    record Ready(ServingModel model) implements Stage {
        Draining replaced() {
            return new Draining(model);
        }
    }

    /// Finishes the requests that began on it.
    record Draining(ServingModel model) implements Stage {
        Gone freed() {
            return new Gone();
        }
    }

    record Gone() implements Stage {}

    /// @param why one line
    record Failed(String why) implements Stage {}

    /// As it is written on the wire.
    default String word() {
        return switch (this) {
            case Waiting() -> "waiting";
            case Loading() -> "loading";
            case Warming(ServingModel model) -> "warming";
            case Ready(ServingModel model) -> "ready";
            case Draining(ServingModel model) -> "draining";
            case Gone() -> "gone";
            case Failed(String why) -> "failed";
        };
    }
}
