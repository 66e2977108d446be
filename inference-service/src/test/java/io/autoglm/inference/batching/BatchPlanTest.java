package io.autoglm.inference.batching;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.inference.batching.SlotView.Decoding;
import io.autoglm.inference.batching.SlotView.Free;
import io.autoglm.inference.batching.SlotView.Prefilling;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchPlanTest {

    private static final int SLOTS = 6;
    private static final int CHUNK = 32;

    private static final SlotView FREE = new Free(9);
    private static final SlotView DECODING = new Decoding(50, 100);
    private static final SlotView ENDING = new Decoding(60, BatchPlan.LEAST_REMAINING_TO_MOVE - 1);

    /// Each of 4^6 states of six slots.
    private static List<List<SlotView>> everyState() {
        List<List<SlotView>> states = new ArrayList<>();
        for (int state = 0; state < 1 << (2 * SLOTS); state++) {
            List<SlotView> slots = new ArrayList<>();
            for (int slot = 0; slot < SLOTS; slot++) {
                slots.add(
                        switch ((state >> (2 * slot)) & 3) {
                            case 0 -> FREE;
                            case 1 -> DECODING;
                            case 2 -> ENDING;
                            default -> new Prefilling(slot, 10 + 20 * slot, new Urgency(1, 100 - slot));
                        });
            }
            states.add(slots);
        }
        return states;
    }

    /// The slots as they are when the plan's move has been made.
    private static List<SlotView> moved(List<SlotView> slots, BatchPlan plan) {
        List<SlotView> after = new ArrayList<>(slots);
        if (plan.move() != null) {
            after.set(plan.move().to(), slots.get(plan.move().from()));
            after.set(plan.move().from(), new Free(plan.move().tokens()));
        }
        return after;
    }

    private static int[] decoding(List<SlotView> slots) {
        return IntStream.range(0, slots.size())
                .filter(slot -> slots.get(slot) instanceof Decoding)
                .toArray();
    }

    @Test
    void every_decoding_slot_decodes_and_the_range_begins_and_ends_with_one() {
        for (List<SlotView> slots : everyState()) {
            BatchPlan plan = BatchPlan.of(slots, CHUNK);

            int[] decoding = decoding(moved(slots, plan));
            if (decoding.length == 0) {
                assertThat(plan.decode()).as("%s", slots).isNull();
            } else {
                int first = decoding[0];
                int count = decoding[decoding.length - 1] - first + 1;
                assertThat(plan.decode()).as("%s", slots).isEqualTo(new BatchPlan.Decode(first, count));
            }
        }
    }

    @Test
    void a_move_goes_from_an_end_into_a_free_slot_inside_and_makes_the_range_shorter() {
        for (List<SlotView> slots : everyState()) {
            BatchPlan plan = BatchPlan.of(slots, CHUNK);

            if (plan.move() != null) {
                int[] before = decoding(slots);
                int last = before[before.length - 1];
                assertThat(plan.move().from()).as("%s", slots).isIn(before[0], last);
                assertThat(slots.get(plan.move().to())).as("%s", slots).isInstanceOf(Free.class);
                assertThat(plan.move().to()).as("%s", slots).isStrictlyBetween(before[0], last);
                assertThat(requireNonNull(plan.decode()).count())
                        .as("%s", slots)
                        .isLessThan(last - before[0] + 1);
                assertThat(plan.move().tokens())
                        .isEqualTo(slots.get(plan.move().from()).valid());
            }
        }
    }

    @Test
    void a_sequence_that_is_about_to_end_is_not_moved() {
        for (List<SlotView> slots : everyState()) {
            BatchPlan plan = BatchPlan.of(slots, CHUNK);

            if (plan.move() != null) {
                assertThat(slots.get(plan.move().from())).as("%s", slots).isNotSameAs(ENDING);
            }
        }
    }

    @Test
    void repeated_plans_leave_no_free_slot_between_two_that_decode() {
        for (List<SlotView> slots : everyState()) {
            if (slots.contains(ENDING)) {
                continue;
            }
            List<SlotView> state = slots;
            for (int step = 0; step < SLOTS; step++) {
                state = moved(state, BatchPlan.of(state, CHUNK));
            }

            BatchPlan settled = BatchPlan.of(state, CHUNK);
            assertThat(settled.move()).as("%s", slots).isNull();
            if (settled.decode() != null) {
                int first = settled.decode().first();
                assertThat(state.subList(first, first + settled.decode().count()))
                        .as("%s", slots)
                        .noneMatch(Free.class::isInstance);
            }
        }
    }

    @Test
    void the_most_urgent_prompt_is_read_and_no_other() {
        for (List<SlotView> slots : everyState()) {
            BatchPlan plan = BatchPlan.of(slots, CHUNK);

            int mostUrgent = IntStream.range(0, SLOTS)
                    .filter(slot -> slots.get(slot) instanceof Prefilling)
                    .max()
                    .orElse(-1);
            if (mostUrgent < 0) {
                assertThat(plan.prefill()).as("%s", slots).isNull();
            } else {
                assertThat(requireNonNull(plan.prefill()).slot())
                        .as("%s", slots)
                        .isEqualTo(mostUrgent);
            }
        }
    }

    @Test
    void a_chunk_continues_the_prompt_and_ends_with_it() {
        List<SlotView> slots = List.of(new Prefilling(64, 100, new Urgency(1, 1)));

        assertThat(BatchPlan.of(slots, 32).prefill()).isEqualTo(new BatchPlan.Prefill(0, 64, 96));
        assertThat(BatchPlan.of(slots, 40).prefill()).isEqualTo(new BatchPlan.Prefill(0, 64, 100));
    }

    @Test
    void free_slots_alone_leave_nothing_to_do() {
        assertThat(BatchPlan.of(List.of(FREE, FREE), CHUNK).idle()).isTrue();
        assertThat(BatchPlan.of(List.of(FREE, DECODING), CHUNK).idle()).isFalse();
    }

    @Test
    void a_chunk_of_nothing_is_refused() {
        assertThatThrownBy(() -> BatchPlan.of(List.of(FREE), 0)).hasMessage("chunk: must be at least 1, was 0");
    }
}
