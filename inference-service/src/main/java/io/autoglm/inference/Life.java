package io.autoglm.inference;

/// Where this instance is in its life.
public sealed interface Life {

    /// The model is being loaded.
    record Starting() implements Life {
        Warming loaded(ServingModel model) {
            return new Warming(model);
        }

        Unservable failed(String why) {
            return new Unservable(why);
        }
    }

    /// The model answers its first prompt.
    record Warming(ServingModel model) implements Life {
        Ready answered() {
            return new Ready(model);
        }

        Draining drain() {
            return new Draining(model);
        }
    }

    record Ready(ServingModel model) implements Life {
        Draining drain() {
            return new Draining(model);
        }
    }

    /// Finishes what runs and takes nothing new.
    record Draining(ServingModel model) implements Life {}

    /// The model cannot be served; the process is about to exit.
    ///
    /// @param why one line
    record Unservable(String why) implements Life {}

    /// Was told to stop before there was anything to finish.
    record Stopped() implements Life {}
}
