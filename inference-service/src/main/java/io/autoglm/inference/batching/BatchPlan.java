package io.autoglm.inference.batching;

import io.autoglm.inference.batching.SlotView.Decoding;
import io.autoglm.inference.batching.SlotView.Free;
import io.autoglm.inference.batching.SlotView.Prefilling;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One step of the engine, decided from the slots alone:
///
/// 1. at most one sequence is moved, from an end of the decoding range into a free slot inside it. The engine decodes a
///    *contiguous* range, and an idle row in it costs its share of every matrix product in every step, while a move
///    costs one copy (measured: 1 ms for 512 tokens, against 6 ms a step for an idle row at 0.5B parameters);
/// 2. one decode run over the range from the first to the last decoding slot;
/// 3. one chunk of the most urgent prompt, short enough for the inter-token budget (see {@link StepTimes}).
///
/// Absent parts are null; a plan without any is idle.
record BatchPlan(
        @Nullable Move move,
        @Nullable Decode decode,
        @Nullable Prefill prefill) {

    /// A move that saves fewer steps than this is not worth its copy.
    static final int LEAST_REMAINING_TO_MOVE = 4;

    /// Rows `[0, tokens)` and the sequence itself.
    record Move(int from, int to, int tokens) {}

    /// Slots `[first, first + count)`.
    record Decode(int first, int count) {}

    /// Tokens `[from, to)` of the prompt in `slot`.
    record Prefill(int slot, int from, int to) {}

    /// @param chunk tokens that a prefill may have in this step, at least 1
    static BatchPlan of(List<? extends SlotView> slots, int chunk) {
        if (chunk < 1) {
            throw new IllegalArgumentException("chunk: must be at least 1, was " + chunk);
        }
        Move move = move(slots);
        return new BatchPlan(move, decode(slots, move), prefill(slots, chunk));
    }

    boolean idle() {
        return decode == null && prefill == null;
    }

    private static @Nullable Decode decode(List<? extends SlotView> slots, @Nullable Move move) {
        int first = -1;
        int last = -1;
        for (int slot = 0; slot < slots.size(); slot++) {
            if (decodes(slots, move, slot)) {
                first = first < 0 ? slot : first;
                last = slot;
            }
        }
        return first < 0 ? null : new Decode(first, last - first + 1);
    }

    private static boolean decodes(List<? extends SlotView> slots, @Nullable Move move, int slot) {
        if (move != null && slot == move.to) {
            return true;
        }
        return slots.get(slot) instanceof Decoding && (move == null || slot != move.from);
    }

    private static @Nullable Prefill prefill(List<? extends SlotView> slots, int chunk) {
        int chosen = -1;
        Prefilling best = null;
        for (int slot = 0; slot < slots.size(); slot++) {
            if (slots.get(slot) instanceof Prefilling candidate
                    && (best == null || candidate.urgency().compareTo(best.urgency()) < 0)) {
                best = candidate;
                chosen = slot;
            }
        }
        return best == null
                ? null
                : new Prefill(chosen, best.valid(), Math.min(best.promptTokens(), best.valid() + chunk));
    }

    /// Of all moves of an end of the decoding range into a free slot inside it, the one that leaves the shortest range.
    private static @Nullable Move move(List<? extends SlotView> slots) {
        Decode range = decode(slots, null);
        if (range == null) {
            return null;
        }
        int last = range.first + range.count - 1;
        Move best = null;
        int shortest = range.count;
        for (int from : new int[] {last, range.first}) {
            if (!(slots.get(from) instanceof Decoding moved) || moved.remaining() < LEAST_REMAINING_TO_MOVE) {
                continue;
            }
            for (int hole = range.first + 1; hole < last; hole++) {
                Move move = new Move(from, hole, moved.valid());
                Decode left = slots.get(hole) instanceof Free ? decode(slots, move) : range;
                if (left != null && left.count < shortest) {
                    best = move;
                    shortest = left.count;
                }
            }
        }
        return best;
    }
}
