package io.autoglm.gateway.queue;

import java.time.Duration;

/// How many requests of one model this gateway has under way at once. Guarded by its room.
interface ConcurrencyLimit {

    int limit();

    /// @param length  says how busy the instances are
    /// @param running when it was measured
    void measured(Measure measure, Duration length, int running);

    /// What is measured; each is compared only with its own kind.
    enum Measure {
        /// From when a request may go until its first token.
        FIRST_TOKEN,
        /// Of an answer that comes whole, for each of its tokens.
        PER_TOKEN
    }
}
