package io.autoglm.inference.grammar;

/// What one call of a [Grammar] may look at, so that no mask holds up the thread that all answers share.
///
/// In JSON most tokens that begin differently lead to the same state, so that the mask of 152k tokens looks
/// at some 20,000 places when it is needed first. Not so where a regular expression has to remember where
/// something stood: after `.*a.{99}|.*b.{99}|…` nearly every beginning of a token is a state of its own, of a
/// thousand places, and a mask would take 20 s.
final class Effort {

    /// A place takes some 0.1 µs: the mask that is given up here has taken a tenth of a second.
    static final int MOST_PLACES = 1_000_000;

    /// A state that is found by one more byte takes as long as so many places, beside its own.
    static final int STATE = 10;

    private int places;

    void begin() {
        places = 0;
    }

    /// @throws TooManyWaysException where that is more than one call may
    void spend(int more) {
        places += more;
        if (places > MOST_PLACES) {
            throw new TooManyWaysException();
        }
    }
}
