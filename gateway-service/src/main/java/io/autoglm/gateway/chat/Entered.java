package io.autoglm.gateway.chat;

import io.autoglm.gateway.admission.Reservation;
import io.autoglm.gateway.queue.Slot;
import io.autoglm.gateway.quota.Tokens;
import org.jspecify.annotations.Nullable;

/// All that an admitted request holds. Whoever has it answers for its end; a second one changes nothing.
///
/// @param slot null as long as it waits for one
record Entered(Held held, Reservation reservation, @Nullable Slot slot) {
    Entered(Held held, Reservation reservation) {
        this(held, reservation, null);
    }

    Entered with(Slot given) {
        return new Entered(held, reservation, given);
    }

    /// The first token of a stream is here.
    ///
    /// @param nanos by the clock of the {@link Services}
    void firstToken(long nanos) {
        if (slot != null) {
            slot.firstToken(nanos);
        }
    }

    /// A whole answer is here.
    void answered(long nanos, long tokens) {
        if (slot != null) {
            slot.answered(nanos, tokens);
        }
    }

    /// @param real what it has cost
    void leave(Tokens real) {
        held.release();
        reservation.settle(real);
        if (slot != null) {
            slot.release();
        }
    }
}
