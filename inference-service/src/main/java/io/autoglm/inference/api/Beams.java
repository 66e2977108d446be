package io.autoglm.inference.api;

import io.autoglm.inference.sampling.SampledToken;
import io.autoglm.inference.sampling.TokenLogprob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The books of a beam search, as vLLM keeps them (`beam_search` of its API server): each step goes on from
/// the best `width` beams by the likeliest `2 · width` tokens of each. A beam that ends is put aside; the
/// others compete on.
///
///     score = sum of logprobs / length ^ penalty
///
/// where the length is that of prompt and answer, without the end token. Unlike vLLM, the search is over as
/// soon as no beam that goes on can come before those that are already to be given, which changes none of
/// them.
final class Beams {

    private final BeamSearch.Options options;
    private final int promptTokens;
    private final int most;
    private final Set<Integer> ends;
    private List<Beam> live = List.of(Beam.NOTHING);

    /// The best, as many as there are beams: more are never given.
    private List<Beam> ended = List.of();

    /// Shares all but its last token with those that it has it in common with.
    ///
    /// @param before  the beam without its last token; null for no token
    /// @param last    null for no token
    /// @param length  tokens, with the end token where it has `ended`
    /// @param logprob the sum of theirs
    record Beam(@Nullable Beam before, @Nullable SampledToken last, int length, double logprob, boolean ended) {

        static final Beam NOTHING = new Beam(null, null, 0, 0, false);

        /// In order.
        List<SampledToken> tokens() {
            List<SampledToken> tokens = new ArrayList<>(length);
            for (Beam beam = this; beam != null; beam = beam.before) {
                if (beam.last != null) {
                    tokens.add(beam.last);
                }
            }
            return tokens.reversed();
        }

        int[] after(int[] prompt) {
            int[] all = Arrays.copyOf(prompt, prompt.length + length);
            int at = all.length;
            for (Beam beam = this; beam != null; beam = beam.before) {
                if (beam.last != null) {
                    all[--at] = beam.last.token();
                }
            }
            return all;
        }
    }

    /// @param promptTokens what a score's length counts beside the answer
    /// @param most         tokens of an answer
    /// @param ends         tokens that end one
    Beams(BeamSearch.Options options, int promptTokens, int most, Set<Integer> ends) {
        this.options = options;
        this.promptTokens = promptTokens;
        this.most = most;
        this.ends = ends;
    }

    /// Alternatives that a step needs of each beam.
    static int alternatives(int width) {
        return 2 * width;
    }

    /// Those that go on.
    List<Beam> live() {
        return live;
    }

    /// @param next by live beam, the likeliest tokens behind it
    void step(List<List<TokenLogprob>> next) {
        List<Beam> longer = new ArrayList<>();
        List<Beam> over = new ArrayList<>(ended);
        for (int i = 0; i < live.size(); i++) {
            List<TokenLogprob> told = List.copyOf(
                    next.get(i).subList(0, Math.min(options.told(), next.get(i).size())));
            for (TokenLogprob token : next.get(i)) {
                Beam beam = longer(live.get(i), token, told);
                (beam.ended() ? over : longer).add(beam);
            }
        }
        live = best(longer, options.width());
        ended = best(over, options.width());
    }

    private Beam longer(Beam beam, TokenLogprob token, List<TokenLogprob> told) {
        return new Beam(
                beam,
                new SampledToken(token.token(), token.logprob(), told),
                beam.length() + 1,
                beam.logprob() + token.logprob(),
                ends.contains(token.token()));
    }

    /// Whether the best `n` are known.
    boolean over(int n) {
        if (live.isEmpty() || live.getFirst().length() == most) {
            return true;
        }
        if (ended.size() < n) {
            return false;
        }
        double worst = score(ended.get(n - 1));
        return live.stream().allMatch(beam -> atBest(beam) <= worst);
    }

    /// No beam that goes on from this one has a higher score: sums only sink, and with a penalty above 0 a
    /// long one is divided by more.
    private double atBest(Beam beam) {
        int length = options.lengthPenalty() > 0 ? promptTokens + most : promptTokens + beam.length();
        return beam.logprob() / Math.pow(length, options.lengthPenalty());
    }

    /// The best, at most `n`.
    List<Beam> best(int n) {
        List<Beam> all = new ArrayList<>(ended);
        all.addAll(live);
        return best(all, n);
    }

    private List<Beam> best(List<Beam> beams, int most) {
        return beams.stream()
                .sorted(Comparator.comparingDouble(this::score).reversed())
                .limit(most)
                .toList();
    }

    double score(Beam beam) {
        int length = promptTokens + beam.length() - (beam.ended() ? 1 : 0);
        return beam.logprob() / Math.pow(length, options.lengthPenalty());
    }
}
