package io.autoglm.inference.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SamplerTest {

    private static final int[] NOTHING = {};

    @Test
    void greedy_takes_the_likeliest_and_of_equals_the_first() {
        assertThat(next(SamplingParameters.greedy(), 1, 5, 3, 5)).isEqualTo(1);
    }

    @Test
    void a_row_is_read_at_its_place_and_no_padding_is_ever_drawn() {
        SamplerWorkspace workspace = new SamplerWorkspace(4, 3);
        FloatBuffer rows = FloatBuffer.wrap(new float[] {9, 0, 0, 0, 0, 0, 1, 99});

        Sampler sampler = new Sampler(SamplingParameters.greedy(), NOTHING, workspace, null);

        assertThat(sampler.next(rows, 1, 0, 10).token()).isEqualTo(2);
    }

    @Test
    void logits_that_say_nothing_are_an_error_and_not_a_token() {
        assertThatThrownBy(() -> next(SamplingParameters.greedy(), 1, Float.NaN, 3))
                .isInstanceOf(BadLogitsException.class);
        assertThatThrownBy(() -> next(SamplingParameters.greedy(), Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY))
                .isInstanceOf(BadLogitsException.class);
        assertThatThrownBy(() -> next(SamplingParameters.greedy(), 1, Float.POSITIVE_INFINITY))
                .isInstanceOf(BadLogitsException.class);
    }

    @Test
    void draws_follow_the_softmax_at_the_given_temperature() {
        float[] logits = {0, 1, 2, -1};

        for (double temperature : new double[] {0.5, 1, 2}) {
            assertThat(frequencies(parameters().temperature(temperature).build(), logits))
                    .satisfies(near(softmax(logits, temperature)));
        }
    }

    @Test
    void top_k_leaves_the_k_likeliest() {
        float[] logits = {0, 1, 2, 1.5f};

        assertThat(frequencies(parameters().topK(2).build(), logits))
                .satisfies(near(renormalized(softmax(logits, 1), 2, 3)));
    }

    @Test
    void top_p_leaves_the_fewest_that_hold_the_mass() {
        float[] logits = logs(0.5, 0.3, 0.15, 0.05);

        assertThat(frequencies(parameters().topP(0.6).build(), logits))
                .satisfies(near(renormalized(new double[] {0.5, 0.3, 0.15, 0.05}, 0, 1)));
        assertThat(frequencies(parameters().topP(0.01).build(), logits)).satisfies(near(new double[] {1, 0, 0, 0}));
    }

    @Test
    void top_p_counts_the_mass_that_top_k_has_left() {
        float[] logits = logs(0.4, 0.3, 0.2, 0.1);

        // Of 0.4/0.9 + 0.3/0.9 + 0.2/0.9 the first two hold 0.77.
        assertThat(frequencies(parameters().topK(3).topP(0.75).build(), logits))
                .satisfies(near(renormalized(new double[] {0.4, 0.3, 0.2, 0.1}, 0, 1)));
    }

    @Test
    void min_p_is_a_share_of_the_likeliest() {
        float[] logits = logs(0.5, 0.3, 0.15, 0.05);

        assertThat(frequencies(parameters().minP(0.4).build(), logits))
                .satisfies(near(renormalized(new double[] {0.5, 0.3, 0.15, 0.05}, 0, 1)));
    }

    @Test
    void the_partial_selection_draws_what_a_full_sort_draws() {
        Random random = new Random(23);
        for (int run = 0; run < 300; run++) {
            float[] logits = new float[2000];
            boolean coarse = random.nextBoolean();
            for (int i = 0; i < logits.length; i++) {
                float logit = (float) (random.nextGaussian() * 4);
                logits[i] = coarse ? Math.round(logit) : logit;
            }
            double topP = random.nextDouble(0.05, 1);
            int topK = random.nextBoolean() ? 0 : 1 + random.nextInt(100);
            double temperature = random.nextDouble(0.2, 2);
            SamplingParameters parameters = parameters()
                    .temperature(temperature)
                    .topP(topP)
                    .topK(topK)
                    .seed(run)
                    .build();

            assertThat(next(parameters, logits))
                    .isEqualTo(drawn(sorted(logits, temperature, topK, topP), logits, temperature, run));
        }
    }

    @Test
    void a_weight_is_the_exponential_of_how_far_the_logit_is_below_the_largest() {
        for (float logit = 3; logit >= -47; logit -= 0.01f) {
            assertThat(Weights.of(logit, 3, 1)).isCloseTo(Math.exp(logit - 3.0), withinPercentage(1e-10));
        }
        assertThat(Weights.of(-47, 3, 1)).isCloseTo(Math.exp(-50), withinPercentage(1e-10));
        assertThat(Weights.of(1, 3, 0.5)).isCloseTo(Math.exp(-1), withinPercentage(1e-10));
        assertThat(Weights.of(-48, 3, 1)).isZero();
        assertThat(Weights.of(Float.NEGATIVE_INFINITY, 3, 0.5)).isZero();
    }

    @Test
    void what_is_forbidden_is_not_drawn_however_hot() {
        float[] logits = new float[5000];
        Arrays.fill(logits, Float.NEGATIVE_INFINITY);
        logits[4321] = -30;
        logits[77] = -31;

        assertThat(frequencies(parameters().temperature(2).build(), logits))
                .satisfies(near(renormalized(softmax(logits, 2), 77, 4321)));
    }

    @Test
    void a_seed_and_a_position_fix_the_draw_whatever_came_before() {
        float[] logits = new float[100];
        SamplingParameters seeded = parameters().seed(42).build();
        SamplerWorkspace workspace = new SamplerWorkspace(100, 100);
        Sampler whole = new Sampler(seeded, NOTHING, workspace, null);
        List<Integer> tokens = IntStream.range(0, 50)
                .mapToObj(position ->
                        whole.next(FloatBuffer.wrap(logits), 0, position, 50).token())
                .toList();

        Sampler continued = new Sampler(seeded, NOTHING, workspace, null);
        List<Integer> rest = IntStream.range(20, 50)
                .mapToObj(position -> continued
                        .next(FloatBuffer.wrap(logits), 0, position, 50)
                        .token())
                .toList();

        assertThat(rest).isEqualTo(tokens.subList(20, 50));
        assertThat(tokens.stream().distinct().count()).isGreaterThan(20);
    }

    @Test
    void without_a_seed_every_sequence_draws_its_own() {
        SamplerWorkspace workspace = new SamplerWorkspace(100, 100);
        FloatBuffer logits = FloatBuffer.wrap(new float[100]);
        Sampler some = new Sampler(parameters().build(), NOTHING, workspace, null);
        Sampler other = new Sampler(parameters().build(), NOTHING, workspace, null);

        assertThat(tokens(some, logits, 30)).isNotEqualTo(tokens(other, logits, 30));
    }

    private static List<Integer> tokens(Sampler sampler, FloatBuffer logits, int count) {
        return IntStream.range(0, count)
                .mapToObj(position -> sampler.next(logits, 0, position, count).token())
                .toList();
    }

    @Test
    void presence_and_frequency_count_the_answer_and_not_the_prompt() {
        SamplerWorkspace workspace = new SamplerWorkspace(3, 3);
        SamplingParameters penalized =
                parameters().temperature(0).presence(0.5).frequency(0.4).build();
        FloatBuffer logits = FloatBuffer.wrap(new float[] {2.0f, 1.3f, 0.5f});
        Sampler sampler = new Sampler(penalized, new int[] {0, 0, 0, 0, 0}, workspace, null);

        assertThat(sampler.next(logits, 0, 0, 9).token()).isEqualTo(0); // 2.0
        assertThat(sampler.next(logits, 0, 1, 9).token()).isEqualTo(1); // 2.0 - 0.9 < 1.3
        assertThat(sampler.next(logits, 0, 2, 9).token()).isEqualTo(0); // 1.1 > 0.4, 0.5
        assertThat(sampler.next(logits, 0, 3, 9).token()).isEqualTo(0); // 0.7 > 0.5 > 0.4
        assertThat(sampler.next(logits, 0, 4, 9).token()).isEqualTo(2); // 0.3 < 0.5
    }

    @Test
    void the_repetition_penalty_counts_the_prompt_too_and_works_on_both_signs() {
        SamplingParameters penalized = parameters().temperature(0).repetition(2).build();

        assertThat(nextAfter(penalized, new int[] {0}, 1.5f, 1)).isEqualTo(1);
        assertThat(nextAfter(penalized, new int[] {0}, -0.6f, -1)).isEqualTo(1);
        assertThat(nextAfter(penalized, new int[] {0}, 2.5f, 1)).isEqualTo(0);
    }

    @Test
    void a_bias_moves_a_logit_and_an_unknown_token_is_named() {
        assertThat(next(parameters().temperature(0).bias(2, 100).build(), 5, 4, 3))
                .isEqualTo(2);
        assertThat(next(parameters().temperature(0).bias(0, -100).build(), 5, 4, 3))
                .isEqualTo(1);
        assertThatThrownBy(() -> next(parameters().bias(9, 1).build(), 5, 4, 3))
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        e -> assertThat(e.param()).isEqualTo("logit_bias"));
    }

    @Test
    void logprobs_are_those_of_the_model_before_temperature_and_penalties() {
        float[] logits = logs(0.5, 0.3, 0.15, 0.05);
        SamplingParameters asked =
                parameters().temperature(0.1).bias(1, 50).topLogprobs(2).build();
        SamplerWorkspace workspace = new SamplerWorkspace(4, 4);

        SampledToken token = new Sampler(asked, NOTHING, workspace, null).next(FloatBuffer.wrap(logits), 0, 0, 9);

        assertThat(token.token()).isEqualTo(1);
        assertThat(token.logprob()).isCloseTo((float) Math.log(0.3), within(1e-5f));
        assertThat(token.top()).extracting(TokenLogprob::token).containsExactly(0, 1);
        assertThat(Math.exp(token.top().getFirst().logprob())).isCloseTo(0.5, within(1e-6));
    }

    @Test
    void no_logprobs_are_computed_unless_asked_for() {
        SamplerWorkspace workspace = new SamplerWorkspace(2, 2);

        SampledToken token = new Sampler(parameters().build(), NOTHING, workspace, null)
                .next(FloatBuffer.wrap(new float[2]), 0, 0, 9);

        assertThat(token.logprob()).isNull();
        assertThat(token.top()).isEmpty();
    }

    @Test
    void a_constraint_has_the_last_word_and_is_told_the_token() {
        List<Integer> told = new ArrayList<>();
        TokenConstraint onlyTwo = new TokenConstraint() {
            @Override
            public void allow(long[] mask, int remaining) {
                Arrays.fill(mask, 0);
                mask[0] = 1 << 2;
            }

            @Override
            public void accept(int token) {
                told.add(token);
            }
        };
        SamplerWorkspace workspace = new SamplerWorkspace(3, 3);
        Sampler sampler = new Sampler(parameters().bias(0, 100).build(), NOTHING, workspace, onlyTwo);

        assertThat(sampler.next(FloatBuffer.wrap(new float[] {9, 9, Float.NEGATIVE_INFINITY}), 0, 0, 9)
                        .token())
                .isEqualTo(2);
        assertThat(told).containsExactly(2);
    }

    private static int next(SamplingParameters parameters, float... logits) {
        return nextAfter(parameters, NOTHING, logits);
    }

    private static int nextAfter(SamplingParameters parameters, int[] prompt, float... logits) {
        SamplerWorkspace workspace = new SamplerWorkspace(logits.length, logits.length);
        return new Sampler(parameters, prompt, workspace, null)
                .next(FloatBuffer.wrap(logits), 0, prompt.length, 10)
                .token();
    }

    private static double[] frequencies(SamplingParameters parameters, float... logits) {
        int draws = 40_000;
        SamplerWorkspace workspace = new SamplerWorkspace(logits.length, logits.length);
        Sampler sampler = new Sampler(parameters, NOTHING, workspace, null);
        double[] shares = new double[logits.length];
        for (int position = 0; position < draws; position++) {
            shares[sampler.next(FloatBuffer.wrap(logits), 0, position, 10).token()] += 1.0 / draws;
        }
        return shares;
    }

    /// Five standard deviations of 40 000 draws.
    private static Consumer<double[]> near(double[] expected) {
        return shares -> assertThat(shares).containsExactly(expected, within(0.0125));
    }

    private static double[] softmax(float[] logits, double temperature) {
        double[] weights = new double[logits.length];
        Arrays.setAll(weights, i -> Math.exp(logits[i] / temperature));
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    private static double[] renormalized(double[] shares, int... kept) {
        double sum = Arrays.stream(kept).mapToDouble(i -> shares[i]).sum();
        double[] renormalized = new double[shares.length];
        for (int i : kept) {
            renormalized[i] = shares[i] / sum;
        }
        return renormalized;
    }

    private static float[] logs(double... shares) {
        float[] logits = new float[shares.length];
        for (int i = 0; i < shares.length; i++) {
            logits[i] = (float) Math.log(shares[i]);
        }
        return logits;
    }

    /// The tokens that may be drawn, by sorting them all.
    private static List<Integer> sorted(float[] logits, double temperature, int topK, double topP) {
        double[] shares = softmax(logits, temperature);
        List<Integer> order = IntStream.range(0, logits.length)
                .boxed()
                .sorted((a, b) -> Double.compare(shares[b], shares[a]))
                .limit(topK == 0 ? logits.length : topK)
                .toList();
        double whole = order.stream().mapToDouble(i -> shares[i]).sum();
        double mass = 0;
        List<Integer> kept = new ArrayList<>();
        for (int token : order) {
            kept.add(token);
            mass += shares[token] / whole;
            if (mass >= topP + 1e-9) {
                break;
            }
        }
        return kept;
    }

    /// The token in whose part of the kept mass the draw for position 0 falls, the likeliest first.
    private static int drawn(List<Integer> kept, float[] logits, double temperature, long seed) {
        double[] shares = softmax(logits, temperature);
        double mass = kept.stream().mapToDouble(token -> shares[token]).sum();
        double left = CounterRandom.uniform(seed, 0) * mass;
        for (int token : kept) {
            left -= shares[token];
            if (left < 0) {
                return token;
            }
        }
        return kept.getLast();
    }

    @Test
    void every_token_is_that_of_the_straightforward_way() {
        Random random = new Random(29);
        for (int run = 0; run < 400; run++) {
            int vocabulary = 2 + random.nextInt(300);
            Builder asked = parameters()
                    .temperature(random.nextInt(3) == 0 ? 0 : random.nextDouble(0.2, 2))
                    .topK(random.nextInt(3) == 0 ? 1 + random.nextInt(20) : 0)
                    .topP(random.nextBoolean() ? 1 : random.nextDouble(0.1, 1))
                    .minP(random.nextInt(4) == 0 ? random.nextDouble(0, 0.3) : 0)
                    .seed(run)
                    .topLogprobs(random.nextInt(-1, 5));
            if (random.nextBoolean()) {
                asked.presence(random.nextDouble(-2, 2))
                        .frequency(random.nextDouble(-2, 2))
                        .repetition(random.nextDouble(0.5, 2));
            }
            for (int i = random.nextInt(4); i > 0; i--) {
                asked.bias(random.nextInt(vocabulary), (float) random.nextDouble(-100, 100));
            }
            TokenConstraint odd = random.nextInt(3) == 0 ? new Odd(vocabulary) : null;
            int[] prompt = random.ints(random.nextInt(200), 0, vocabulary).toArray();
            SamplingParameters parameters = asked.build();
            SamplerWorkspace workspace = new SamplerWorkspace(vocabulary, vocabulary);
            Sampler sampler = new Sampler(parameters, prompt, workspace, odd);
            StraightforwardSampler reference = new StraightforwardSampler(parameters, prompt, odd);

            for (int position = 0; position < 40; position++) {
                float[] logits = new float[vocabulary];
                for (int i = 0; i < vocabulary; i++) {
                    logits[i] = random.nextInt(20) == 0 ? Float.NEGATIVE_INFINITY : random.nextInt(-40, 40) / 4f;
                }
                logits[1] = 2;
                assertThat(sampler.next(FloatBuffer.wrap(logits), 0, position, 50))
                        .isEqualTo(reference.next(logits, position));
            }
        }
    }

    /// Allows the odd tokens.
    private record Odd(int vocabulary) implements TokenConstraint {

        @Override
        public void allow(long[] mask, int remaining) {
            Arrays.fill(mask, 0xAAAA_AAAA_AAAA_AAAAL);
        }

        @Override
        public void accept(int token) {
            assertThat(token % 2).isEqualTo(1);
            assertThat(token).isLessThan(vocabulary);
        }
    }

    private static Builder parameters() {
        return new Builder();
    }

    private static final class Builder {

        private double temperature = 1;
        private int topK;
        private double topP = 1;
        private double minP;
        private double presence;
        private double frequency;
        private double repetition = 1;
        private final Map<Integer, Float> biases = new HashMap<>();
        private @Nullable Long seed;
        private int topLogprobs = -1;

        Builder temperature(double value) {
            temperature = value;
            return this;
        }

        Builder topK(int value) {
            topK = value;
            return this;
        }

        Builder topP(double value) {
            topP = value;
            return this;
        }

        Builder minP(double value) {
            minP = value;
            return this;
        }

        Builder presence(double value) {
            presence = value;
            return this;
        }

        Builder frequency(double value) {
            frequency = value;
            return this;
        }

        Builder repetition(double value) {
            repetition = value;
            return this;
        }

        Builder bias(int token, float value) {
            biases.put(token, value);
            return this;
        }

        Builder seed(long value) {
            seed = value;
            return this;
        }

        Builder topLogprobs(int value) {
            topLogprobs = value;
            return this;
        }

        SamplingParameters build() {
            return new SamplingParameters(
                    temperature, topK, topP, minP, presence, frequency, repetition, biases, seed, topLogprobs);
        }
    }
}
