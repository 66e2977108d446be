package io.autoglm.inference;

/// Where this instance is in its life. Its models have lives of their own, see
/// [io.autoglm.inference.repository.Stage].
public sealed interface Life {

    /// The first models are being loaded and answer their first prompts.
    record Starting() implements Life {
        public Ready loaded() {
            return new Ready();
        }

        public Unservable failed(String why) {
            return new Unservable(why);
        }
    }

    /// Models answer, come and go.
    record Ready() implements Life {}

    /// Finishes what runs and takes nothing new.
    record Draining() implements Life {}

    /// A configured model cannot be served; the process is about to exit.
    ///
    /// @param why one line
    record Unservable(String why) implements Life {}

    /// There is nothing left to finish.
    record Stopped() implements Life {}
}
