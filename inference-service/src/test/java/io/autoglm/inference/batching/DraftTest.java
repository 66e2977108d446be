package io.autoglm.inference.batching;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DraftTest {

    private static @Nullable Draft of(int count, int... text) {
        return Draft.of(text, text.length, count);
    }

    @Test
    void a_text_goes_on_as_it_did_where_its_end_stood_before() {
        Draft draft = requireNonNull(of(3, 1, 2, 3, 4, 5, 6, 1, 2, 3));

        assertThat(draft.match()).isEqualTo(3);
        assertThat(draft.tokens()).containsExactly(4, 5, 6);
    }

    @Test
    void the_longest_match_goes_before_a_later_one() {
        Draft draft = requireNonNull(of(1, 1, 2, 3, 40, 9, 2, 3, 50, 1, 2, 3));

        assertThat(draft.tokens()).containsExactly(40);
    }

    @Test
    void of_equal_matches_the_latest_is_taken() {
        Draft draft = requireNonNull(of(1, 2, 3, 40, 9, 2, 3, 50, 1, 2, 3));

        assertThat(draft.tokens()).containsExactly(50);
    }

    @Test
    void a_period_goes_on() {
        Draft draft = requireNonNull(of(5, 9, 1, 2, 1, 2, 1, 2));

        assertThat(draft.tokens()).containsExactly(1, 2, 1, 2, 1);
    }

    @Test
    void a_single_token_is_no_match() {
        assertThat(of(3, 1, 2, 3, 9, 3)).isNull();
        assertThat(of(3, 7)).isNull();
        assertThat(of(3, 7, 7)).isNull();
    }

    @Test
    void what_stands_behind_the_text_is_not_read() {
        assertThat(Draft.of(new int[] {1, 2, 3, 1, 2, 1, 2}, 3, 2)).isNull();
    }

    @Test
    void every_draft_is_what_a_search_of_all_places_finds() {
        Random random = new Random(3);
        int found = 0;
        for (int round = 0; round < 3000; round++) {
            int[] text = random.ints(1 + random.nextInt(40), 0, 2 + random.nextInt(5))
                    .toArray();
            Draft draft = of(4, text);
            int[] expected = searched(text, 4);

            assertThat(draft == null ? null : draft.tokens())
                    .as(Arrays.toString(text))
                    .isEqualTo(expected);
            found += draft == null ? 0 : 1;
        }
        assertThat(found).isGreaterThan(1000);
    }

    private static int @Nullable [] searched(int[] text, int count) {
        for (int match = Draft.MOST_MATCHED; match >= Draft.FEWEST_MATCHED; match--) {
            for (int after = text.length - 1; after >= match; after--) {
                int[] end = Arrays.copyOfRange(text, text.length - match, text.length);
                if (Arrays.equals(end, Arrays.copyOfRange(text, after - match, after))) {
                    int[] copied = Arrays.copyOf(text, text.length + count);
                    for (int i = 0; i < count; i++) {
                        copied[text.length + i] = copied[after + i];
                    }
                    return Arrays.copyOfRange(copied, text.length, text.length + count);
                }
            }
        }
        return null;
    }
}
