package io.autoglm.inference.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TokenRulesTest {

    private static final int VOCABULARY = 70;
    private static final int[] NOTHING = {};

    /// The likeliest token each time, over the same logits.
    private static List<Integer> written(TokenRules rules, int tokens, int... likeliestFirst) {
        float[] logits = new float[VOCABULARY];
        Arrays.fill(logits, -50);
        for (int i = 0; i < likeliestFirst.length; i++) {
            logits[likeliestFirst[i]] = -i;
        }
        Sampler sampler = sampler(SamplingParameters.greedy(), rules, null);
        List<Integer> answer = new ArrayList<>();
        for (int i = 0; i < tokens; i++) {
            answer.add(sampler.next(FloatBuffer.wrap(logits), 0, i, tokens - i).token());
        }
        return answer;
    }

    private static Sampler sampler(
            SamplingParameters parameters, TokenRules rules, @Nullable TokenConstraint constraint) {
        return new Sampler(parameters, NOTHING, new SamplerWorkspace(VOCABULARY, VOCABULARY), constraint, rules);
    }

    @Test
    void an_end_does_not_come_before_the_answer_is_long_enough() {
        TokenRules rules = new TokenRules(3, List.of(69, 5, -1, 9999), null, List.of(), VOCABULARY);

        assertThat(written(rules, 5, 69, 5, 7)).containsExactly(7, 7, 7, 69, 69);
    }

    @Test
    void a_bad_word_with_a_token_that_the_model_does_not_have_forbids_nothing() {
        TokenRules rules =
                new TokenRules(0, Set.of(), null, List.of(new int[] {VOCABULARY}, new int[] {7, 9999}), VOCABULARY);

        assertThat(written(rules, 3, 7, 5)).containsExactly(7, 7, 7);
    }

    @Test
    void only_allowed_tokens_are_drawn_however_unlikely() {
        TokenRules rules = new TokenRules(0, Set.of(), List.of(3, 66), List.of(), VOCABULARY);
        Sampler sampler = sampler(new SamplingParameters(2, 0, 1, 0, 0, 0, 1, Map.of(), 5L, -1), rules, null);
        float[] logits = new float[VOCABULARY];
        logits[4] = 20;
        Set<Integer> drawn = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            drawn.add(sampler.next(FloatBuffer.wrap(logits), 0, i, 10).token());
        }

        assertThat(drawn).containsExactlyInAnyOrder(3, 66);
    }

    @Test
    void a_token_that_the_model_does_not_have_cannot_be_allowed() {
        for (int token : new int[] {-1, VOCABULARY}) {
            assertThatThrownBy(() -> new TokenRules(0, Set.of(), List.of(1, token), List.of(), VOCABULARY))
                    .isInstanceOfSatisfying(
                            InvalidParameterException.class,
                            e -> assertThat(e.param()).isEqualTo("allowed_token_ids"));
        }
    }

    @Test
    void a_bad_word_never_becomes_complete_but_its_beginning_may_come() {
        TokenRules rules =
                new TokenRules(0, Set.of(), null, List.of(new int[] {1, 1, 2}, new int[] {1, 1, 1}), VOCABULARY);

        assertThat(written(rules, 6, 1, 2, 3)).containsExactly(1, 1, 3, 1, 1, 3);
    }

    @Test
    void no_bad_word_is_in_any_random_answer() {
        Random random = new Random(7);
        for (int run = 0; run < 200; run++) {
            List<int[]> words = new ArrayList<>();
            for (int word = random.nextInt(4); word >= 0; word--) {
                words.add(random.ints(1 + random.nextInt(3), 0, 4).toArray());
            }
            TokenRules rules = new TokenRules(0, Set.of(), null, words, VOCABULARY);
            Sampler sampler =
                    sampler(new SamplingParameters(2, 0, 1, 0, 0, 0, 1, Map.of(), (long) run, -1), rules, null);
            float[] logits = new float[VOCABULARY];
            Arrays.fill(logits, 0, 5, 9);
            StringBuilder answer = new StringBuilder("|");
            for (int i = 0; i < 60; i++) {
                answer.append(sampler.next(FloatBuffer.wrap(logits), 0, i, 10).token())
                        .append('|');
            }
            for (int[] word : words) {
                StringBuilder bad = new StringBuilder("|");
                for (int token : word) {
                    bad.append(token).append('|');
                }
                assertThat(answer.toString()).doesNotContain(bad.toString());
            }
        }
    }

    @Test
    void what_would_leave_no_token_at_all_is_waived() {
        TokenRules rules = new TokenRules(9, Set.of(3), List.of(3), List.of(new int[] {3}), VOCABULARY);

        assertThat(written(rules, 3, 1, 2)).containsExactly(3, 3, 3);
    }

    @Test
    void a_form_goes_before_the_rules() {
        TokenConstraint form = new TokenConstraint() {
            @Override
            public void allow(long[] mask, int remaining) {
                Arrays.fill(mask, 0);
                mask[0] = 1L << 8;
            }

            @Override
            public void accept(int token) {
                assertThat(token).isEqualTo(8);
            }
        };
        for (TokenRules rules : List.of(
                new TokenRules(5, List.of(8), null, List.of(), VOCABULARY),
                new TokenRules(0, List.of(), List.of(2), List.of(), VOCABULARY),
                new TokenRules(0, List.of(), null, List.of(new int[] {8}), VOCABULARY))) {
            Sampler sampler = sampler(SamplingParameters.greedy(), rules, form);

            assertThat(sampler.next(FloatBuffer.wrap(new float[VOCABULARY]), 0, 0, 10)
                            .token())
                    .isEqualTo(8);
        }
    }
}
