package io.autoglm.inference.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.inference.batching.Seating.Held;
import io.autoglm.inference.batching.Seating.Seat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeatingTest {

    private static final Urgency FIRST = new Urgency(Priority.DEFAULT.rank(), 1);
    private static final Urgency SECOND = new Urgency(Priority.DEFAULT.rank(), 2);

    private static int[] tokens(int from, int to) {
        return IntStream.range(from, to).toArray();
    }

    private static Held free(int[] tokens, long lastUse) {
        return new Held(tokens, tokens.length, true, lastUse);
    }

    private static Held running(int[] tokens) {
        return new Held(tokens, tokens.length, false, 99);
    }

    private static Held reading(int[] prompt, int valid) {
        return reading(prompt, valid, FIRST);
    }

    private static Held reading(int[] prompt, int valid, Urgency urgency) {
        return new Held(prompt, valid, prompt.length, urgency);
    }

    private static Seating seating(int[] prompt, List<Held> slots) {
        return Seating.of(prompt, prompt.length - 1, SECOND, slots);
    }

    @Test
    void without_a_free_slot_nobody_is_seated() {
        assertThat(seating(tokens(0, 10), List.of(running(tokens(0, 10))))).isEqualTo(new Seating.Full());
    }

    @Test
    void a_conversation_goes_on_in_the_slot_that_holds_it() {
        List<Held> slots = List.of(free(tokens(500, 900), 1), free(tokens(0, 100), 2));

        assertThat(seating(tokens(0, 120), slots)).isEqualTo(new Seat(1, 1, 100));
    }

    @Test
    void the_last_token_of_a_prompt_is_computed_even_when_all_of_it_is_held() {
        assertThat(seating(tokens(0, 50), List.of(free(tokens(0, 100), 1)))).isEqualTo(new Seat(0, 0, 49));
    }

    @Test
    void a_new_prompt_takes_the_slot_that_was_used_longest_ago() {
        List<Held> slots = List.of(free(tokens(500, 600), 7), free(tokens(600, 700), 3), free(tokens(700, 800), 5));

        assertThat(seating(tokens(0, 10), slots)).isEqualTo(new Seat(1, 1, 0));
    }

    @Test
    void a_short_common_beginning_is_copied_so_that_the_long_conversation_stays() {
        int[] conversation = tokens(0, 1000);
        List<Held> slots = List.of(free(conversation, 2), free(tokens(5000, 5100), 1));
        int[] prompt = IntStream.concat(IntStream.range(0, 40), IntStream.range(9000, 9010))
                .toArray();

        assertThat(seating(prompt, slots)).isEqualTo(new Seat(1, 0, 40));
    }

    @Test
    void a_running_sequence_lends_its_rows() {
        List<Held> slots = List.of(running(tokens(0, 200)), free(new int[0], 1));

        assertThat(seating(tokens(0, 100), slots)).isEqualTo(new Seat(1, 0, 99));
    }

    @Test
    void a_prompt_waits_for_one_that_is_being_read_and_shares_much_more() {
        List<Held> slots = List.of(reading(tokens(0, 200), 32), free(new int[0], 1));

        assertThat(seating(tokens(0, 210), slots)).isEqualTo(new Seating.Later());
    }

    @Test
    void a_prompt_does_not_wait_for_one_that_is_less_urgent_and_may_be_starved() {
        Urgency bulk = new Urgency(Priority.BULK.rank(), 1);
        List<Held> slots = List.of(reading(tokens(0, 200), 32, bulk), free(new int[0], 1));

        assertThat(seating(tokens(0, 210), slots)).isEqualTo(new Seat(1, 0, 32));
    }

    @Test
    void a_prompt_does_not_wait_for_one_whose_shared_part_has_been_read() {
        int[] other = IntStream.concat(IntStream.range(0, 100), IntStream.range(900, 1000))
                .toArray();
        List<Held> slots = List.of(reading(other, 128), free(new int[0], 1));

        assertThat(seating(tokens(0, 200), slots)).isEqualTo(new Seat(1, 0, 100));
    }

    @Test
    void rows_beyond_the_valid_ones_are_never_reused() {
        Held stale = new Held(tokens(0, 100), 30, true, 1);

        assertThat(seating(tokens(0, 100), List.of(stale))).isEqualTo(new Seat(0, 0, 30));
    }

    @Test
    void reuse_is_always_a_common_prefix_within_the_valid_rows() {
        var random = new java.util.Random(7);
        for (int round = 0; round < 20_000; round++) {
            int[] prompt = random.ints(1 + random.nextInt(40), 0, 2).toArray();
            List<Held> slots = IntStream.range(0, 4)
                    .mapToObj(slot -> {
                        int[] rows = random.ints(40, 0, 2).toArray();
                        int valid = random.nextInt(41);
                        return new Held(rows, valid, random.nextBoolean(), random.nextInt(9));
                    })
                    .toList();

            if (seating(prompt, slots) instanceof Seat seat) {
                Held source = slots.get(seat.from());
                assertThat(slots.get(seat.slot()).free()).isTrue();
                assertThat(seat.reuse()).isLessThan(prompt.length).isLessThanOrEqualTo(source.valid());
                for (int row = 0; row < seat.reuse(); row++) {
                    assertThat(source.tokens()[row]).isEqualTo(prompt[row]);
                }
            }
        }
    }
}
