package io.autoglm.inference.batching;

import io.autoglm.inference.engine.Decoder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The books of the KV cache: who sits in which slot, and what its rows stand for. The first slots are those
/// that run; behind them are spare ones, in which sequences that were paused for a more urgent one keep their
/// rows.
///
/// Only the loop's thread touches it, but for [#running] and [#usage].
final class Slots {

    /// A sequence that is so near its end is not paused: its slot is free soon.
    private static final int FEWEST_REMAINING_TO_PAUSE = 8;

    private final Decoder decoder;
    private final List<Slot> runners;
    private final List<Slot> spares;
    private final List<Slot> all;

    private long uses;
    private volatile int running;
    private volatile double usage;

    /// @param spare of the decoder's slots, the last ones; at least one slot must be left to run
    Slots(Decoder decoder, int spare) {
        int count = decoder.shape().slots();
        if (spare < 0 || spare >= count) {
            throw new IllegalArgumentException("spare: " + spare + " of " + count + " slots");
        }
        this.decoder = decoder;
        this.all = Stream.generate(() -> new Slot(decoder.shape().maxTokens()))
                .limit(count)
                .toList();
        this.runners = all.subList(0, count - spare);
        this.spares = all.subList(count - spare, count);
    }

    Slot get(int index) {
        return all.get(index);
    }

    int indexOf(Slot slot) {
        return all.indexOf(slot);
    }

    /// How many may run at once.
    int capacity() {
        return runners.size();
    }

    /// Sequences that run. Any thread.
    int running() {
        return running;
    }

    /// Part of the rows of all that may run which those that run have computed, 0…1. Any thread.
    double usage() {
        return usage;
    }

    List<SlotView> views(long nowNanos) {
        return runners.stream().map(slot -> slot.view(nowNanos)).toList();
    }

    /// Those that run, each in a slot of its own.
    List<Sequence> sequences() {
        List<Sequence> sequences = new ArrayList<>();
        for (Slot slot : runners) {
            Sequence sequence = slot.sequence();
            if (sequence != null) {
                sequences.add(sequence);
            }
        }
        return sequences;
    }

    /// The free slot that was used longest ago; there must be one.
    Slot oldestFree() {
        return runners.stream()
                .filter(slot -> slot.sequence() == null)
                .min(Comparator.comparingLong(Slot::lastUse))
                .orElseThrow();
    }

    /// Where `work` would sit now.
    Seating seating(Work work, long nowNanos) {
        return seating(
                work,
                nowNanos,
                Stream.concat(
                        runners.stream().map(slot -> slot.held(nowNanos)),
                        spares.stream().map(Slot::spared)));
    }

    /// Where it would if the rows of `left` went to `spare`.
    private Seating seatingWithout(Slot left, Slot spare, Work work, long nowNanos) {
        return seating(
                work,
                nowNanos,
                Stream.concat(
                        runners.stream().map(slot -> slot == left ? slot.leftBehind() : slot.held(nowNanos)),
                        spares.stream().map(slot -> slot == spare ? Seating.Held.NOTHING : slot.spared())));
    }

    private static Seating seating(Work work, long nowNanos, Stream<Seating.Held> held) {
        return Seating.of(work.text(), work.reusable(), work.urgency(nowNanos), held.toList());
    }

    /// Gives the sequence its slot; what other slots hold of its text is copied. The spare slot that kept it
    /// is free from then on, even if the copy fails; its rows stay.
    void seat(Sequence sequence, Seating.Seat seat) {
        Slot parked = sequence.slot();
        all.get(seat.slot()).seat(sequence, seat.reuse(), ++uses);
        if (parked != null) {
            parked.free(++uses);
        }
        if (seat.from() != seat.slot()) {
            decoder.copy(seat.from(), seat.slot(), seat.reuse());
            all.get(seat.from()).touched(++uses);
        }
        count();
    }

    /// Pauses the least urgent sequence whose class is below that of `work`, so that `work` can have a seat.
    /// Its rows move to a spare slot, so that no work is lost; where none is free, nobody is paused. One that
    /// has waited out the patience of its class is never paused: that bounds how often it can be.
    ///
    /// @return the paused one, with the seat for `work`
    Optional<Paused> pauseFor(Work work, long nowNanos) {
        Slot spare = spares.stream()
                .filter(slot -> slot.sequence() == null)
                .min(Comparator.comparingLong(Slot::lastUse))
                .orElse(null);
        Slot left = spare == null ? null : leastUrgent(work, nowNanos);
        if (spare == null
                || left == null
                || !(seatingWithout(left, spare, work, nowNanos) instanceof Seating.Seat seat)) {
            return Optional.empty();
        }
        Sequence sequence = left.occupant();
        sequence.pause();
        takeOver(spare, left);
        count();
        return Optional.of(new Paused(sequence, seat));
    }

    record Paused(Sequence sequence, Seating.Seat seat) {}

    private @Nullable Slot leastUrgent(Work waiting, long nowNanos) {
        int rank = waiting.urgency(nowNanos).rank();
        return runners.stream()
                .filter(slot -> slot.sequence() != null)
                .filter(slot -> slot.occupant().work() instanceof Generation)
                .filter(slot -> slot.occupant().remaining() >= FEWEST_REMAINING_TO_PAUSE)
                .filter(slot -> slot.occupant().work().isOfLowerClassThan(waiting))
                .filter(slot -> slot.occupant().work().urgency(nowNanos).rank() > rank)
                .max(Comparator.comparing(slot -> slot.occupant().work().urgency(nowNanos)))
                .orElse(null);
    }

    void move(BatchPlan.Move move) {
        takeOver(all.get(move.to()), all.get(move.from()));
    }

    private void takeOver(Slot to, Slot from) {
        decoder.copy(indexOf(from), indexOf(to), from.valid());
        to.takeOver(from, ++uses);
    }

    /// The sequence is over, or it never gets a slot again; the rows stay.
    void free(Sequence sequence) {
        Slot slot = sequence.slot();
        if (slot != null) {
            slot.free(++uses);
        }
        count();
    }

    /// No row is what it should be. Who sits in a slot stays there.
    void forget() {
        all.forEach(Slot::forget);
    }

    void count() {
        int sequences = 0;
        long rows = 0;
        for (Slot slot : runners) {
            if (slot.sequence() != null) {
                sequences++;
                rows += slot.valid();
            }
        }
        running = sequences;
        usage = (double) rows / ((long) runners.size() * decoder.shape().maxTokens());
    }
}
