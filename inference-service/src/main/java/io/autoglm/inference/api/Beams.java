package io.autoglm.inference.api;

import io.autoglm.inference.sampling.SampledToken;
import io.autoglm.inference.sampling.TokenLogprob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// The books of a beam search, as vLLM keeps them (`beam_search` of its API server): each step goes on from the best
/// `width` beams by the likeliest `2 · width` tokens of each. A beam that ends is put aside; the others compete on.
///
///     score = sum of logprobs / length ^ penalty
///
/// where the length is that of prompt and answer, without the end token. Unlike vLLM, the search is over as soon as
/// no beam that goes on can come before those that are already to be given, which changes none of them.
final class Beams {

    private final int width;
    private final double penalty;
    private final int promptTokens;
    private final int most;
    private final Set<Integer> ends;
    private List<Beam> live = List.of(new Beam(List.of(), 0, false));
    private final List<Beam> ended = new ArrayList<>();

    /// @param tokens  with the end token, where it has `ended`
    /// @param logprob the sum of theirs
    record Beam(List<SampledToken> tokens, double logprob, boolean ended) {

        int[] after(int[] prompt) {
            int[] all = Arrays.copyOf(prompt, prompt.length + tokens.size());
            for (int i = 0; i < tokens.size(); i++) {
                all[prompt.length + i] = tokens.get(i).token();
            }
            return all;
        }
    }

    /// @param promptTokens what a score's length counts beside the answer
    /// @param most         tokens of an answer
    /// @param ends         tokens that end one
    Beams(int width, double penalty, int promptTokens, int most, Set<Integer> ends) {
        this.width = width;
        this.penalty = penalty;
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
        for (int i = 0; i < live.size(); i++) {
            for (TokenLogprob token : next.get(i)) {
                Beam beam = longer(live.get(i), token, next.get(i));
                (beam.ended() ? ended : longer).add(beam);
            }
        }
        live = longer.stream().sorted(byScore()).limit(width).toList();
    }

    private Beam longer(Beam beam, TokenLogprob token, List<TokenLogprob> top) {
        List<SampledToken> tokens = new ArrayList<>(beam.tokens());
        tokens.add(new SampledToken(token.token(), token.logprob(), top));
        return new Beam(tokens, beam.logprob() + token.logprob(), ends.contains(token.token()));
    }

    /// Whether the best `n` are known.
    boolean over(int n) {
        if (live.isEmpty() || live.getFirst().tokens().size() == most) {
            return true;
        }
        if (ended.size() < n) {
            return false;
        }
        double worst = ended.stream().sorted(byScore()).skip(n - 1L).findFirst().map(this::score).orElseThrow();
        return live.stream().allMatch(beam -> atBest(beam) <= worst);
    }

    /// No beam that goes on from this one has a higher score: sums only sink, and with a penalty above 0 a long one
    /// is divided by more.
    private double atBest(Beam beam) {
        int length = penalty > 0 ? promptTokens + most : promptTokens + beam.tokens().size();
        return beam.logprob() / Math.pow(length, penalty);
    }

    /// The best, at most `n`.
    List<Beam> best(int n) {
        List<Beam> all = new ArrayList<>(ended);
        all.addAll(live);
        return all.stream().sorted(byScore()).limit(n).toList();
    }

    double score(Beam beam) {
        int length = promptTokens + beam.tokens().size() - (beam.ended() ? 1 : 0);
        return beam.logprob() / Math.pow(length, penalty);
    }

    private Comparator<Beam> byScore() {
        return Comparator.comparingDouble(this::score).reversed();
    }
}
