package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.autoglm.inference.sampling.SampledToken;
import io.autoglm.inference.sampling.TokenLogprob;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BeamsTest {

    private static final int END = 0;
    private static final int PROMPT = 3;

    /// Logprobs of the next token by the last one.
    private static double[][] model(Random random, int vocabulary) {
        double[][] model = new double[vocabulary][];
        for (int last = 0; last < vocabulary; last++) {
            double[] weights = random.doubles(vocabulary, 0.01, 1).toArray();
            double sum =
                    IntStream.range(0, vocabulary).mapToDouble(i -> weights[i]).sum();
            model[last] = IntStream.range(0, vocabulary)
                    .mapToDouble(i -> Math.log(weights[i] / sum))
                    .toArray();
        }
        return model;
    }

    private static List<TokenLogprob> likeliest(double[] next, int most) {
        return IntStream.range(0, next.length)
                .mapToObj(token -> new TokenLogprob(token, (float) next[token]))
                .sorted(Comparator.comparingDouble((TokenLogprob token) -> -token.logprob())
                        .thenComparingInt(TokenLogprob::token))
                .limit(most)
                .toList();
    }

    private static int last(List<Integer> tokens) {
        return tokens.isEmpty() ? 1 : tokens.getLast();
    }

    private static List<Integer> ids(Beams.Beam beam) {
        return beam.tokens().stream().map(SampledToken::token).toList();
    }

    private static List<Beams.Beam> found(double[][] model, int width, double penalty, int most, int n) {
        Beams beams = new Beams(new BeamSearch.Options(width, penalty, 0), PROMPT, most, Set.of(END));
        while (!beams.over(n)) {
            beams.step(beams.live().stream()
                    .map(beam -> likeliest(model[last(ids(beam))], Beams.alternatives(width)))
                    .toList());
        }
        return beams.best(n);
    }

    private record Answer(List<Integer> tokens, double logprob) {

        double score(double penalty) {
            int length = PROMPT + tokens.size() - (last(tokens) == END ? 1 : 0);
            return logprob / Math.pow(length, penalty);
        }
    }

    /// All answers that there are.
    private static void all(double[][] model, List<Integer> tokens, double logprob, int most, List<Answer> answers) {
        if (tokens.size() == most || (!tokens.isEmpty() && last(tokens) == END)) {
            answers.add(new Answer(tokens, logprob));
            return;
        }
        for (int token = 0; token < model.length; token++) {
            List<Integer> longer = new ArrayList<>(tokens);
            longer.add(token);
            all(model, longer, logprob + (float) model[last(tokens)][token], most, answers);
        }
    }

    @Test
    void a_beam_wide_enough_finds_the_best_of_all_answers() {
        Random random = new Random(3);
        for (int run = 0; run < 60; run++) {
            double[][] model = model(random, 4);
            double penalty = random.nextInt(4) * 0.5;
            List<Answer> answers = new ArrayList<>();
            all(model, List.of(), 0, 4, answers);
            answers.sort(Comparator.comparingDouble((Answer answer) -> -answer.score(penalty)));

            List<Beams.Beam> best = found(model, 256, penalty, 4, 3);

            for (int i = 0; i < 3; i++) {
                Answer found = new Answer(ids(best.get(i)), best.get(i).logprob());
                assertThat(found.score(penalty)).isCloseTo(answers.get(i).score(penalty), within(1e-9));
            }
        }
    }

    /// The loop of vLLM's `beam_search`, which never stops early.
    @Test
    void a_narrow_beam_finds_what_the_reference_finds() {
        Random random = new Random(5);
        for (int run = 0; run < 300; run++) {
            double[][] model = model(random, 12);
            int width = 1 + random.nextInt(5);
            int n = 1 + random.nextInt(width);
            double penalty = random.nextInt(5) * 0.5 - 0.5;

            List<Beams.Beam> best = found(model, width, penalty, 7, n);

            List<Answer> expected = reference(model, width, penalty, 7);
            for (int i = 0; i < n; i++) {
                Answer found = new Answer(ids(best.get(i)), best.get(i).logprob());
                assertThat(found.score(penalty))
                        .as("run %d", run)
                        .isCloseTo(expected.get(i).score(penalty), within(1e-9));
            }
        }
    }

    private static List<Answer> reference(double[][] model, int width, double penalty, int most) {
        Comparator<Answer> best = Comparator.comparingDouble((Answer answer) -> -answer.score(penalty));
        List<Answer> completed = new ArrayList<>();
        List<Answer> beams = List.of(new Answer(List.of(), 0));
        for (int step = 0; step < most; step++) {
            List<Answer> longer = new ArrayList<>();
            for (Answer beam : beams) {
                for (TokenLogprob token : likeliest(model[last(beam.tokens())], 2 * width)) {
                    List<Integer> tokens = new ArrayList<>(beam.tokens());
                    tokens.add(token.token());
                    (token.token() == END ? completed : longer)
                            .add(new Answer(tokens, beam.logprob() + token.logprob()));
                }
            }
            beams = longer.stream().sorted(best).limit(width).toList();
        }
        completed.addAll(beams);
        completed.sort(best);
        return completed;
    }

    @Test
    void however_many_answers_end_only_as_many_are_kept_as_there_are_beams() {
        double[][] model = model(new Random(11), 12);
        Beams beams = new Beams(new BeamSearch.Options(3, 1, 0), PROMPT, 1000, Set.of(END));

        for (int step = 0; step < 500; step++) {
            beams.step(beams.live().stream()
                    .map(beam -> likeliest(model[last(ids(beam))], Beams.alternatives(3)))
                    .toList());
        }

        assertThat(beams.best(Integer.MAX_VALUE)).hasSizeBetween(4, 6);
    }

    @Test
    void one_beam_without_penalty_is_greedy_where_nothing_ends() {
        double[][] model = model(new Random(9), 8);
        for (double[] next : model) {
            next[END] = -1000;
        }

        List<Integer> answer = ids(found(model, 1, 0, 6, 1).getFirst());

        for (int i = 0; i < answer.size(); i++) {
            double[] next = model[last(answer.subList(0, i))];
            assertThat(next[answer.get(i)])
                    .isEqualTo(IntStream.range(0, 8)
                            .mapToDouble(token -> next[token])
                            .max()
                            .orElseThrow());
        }
    }
}
