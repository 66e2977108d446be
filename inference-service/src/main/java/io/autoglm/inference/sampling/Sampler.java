package io.autoglm.inference.sampling;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Chooses the tokens of one sequence. In vLLM's order, so that the same request means the same there and here:
///
/// 1. logprobs are read off the raw logits
/// 2. logit bias, repetition, frequency and presence penalty, the constraint's mask, [TokenRules]
/// 3. greedy ends here: the likeliest, lower id first
/// 4. temperature, min_p, top_k, top_p, each on what the one before left; then the draw
///
/// Used by the batch loop's thread only.
public final class Sampler {

    /// First guess, in units of scaled logits below the largest, at what holds top_p of the mass; doubled until
    /// it does.
    private static final double NUCLEUS_REACH = 4;

    private final SamplingParameters parameters;
    private final long seed;
    private final SamplerWorkspace workspace;
    private final @Nullable TokenConstraint constraint;
    private final TokenRules rules;
    private final int[] biased;
    private final float[] biases;

    /// How often each token of prompt and answer stands in the answer; 0 for one that is only in the prompt.
    private final TokenCounts seen = new TokenCounts();

    private final WrittenTokens answer;

    /// Without rules.
    ///
    /// @param prompt     what the answer follows; counts for the repetition penalty alone
    /// @param constraint the form of the answer; null for any
    public Sampler(
            SamplingParameters parameters,
            int[] prompt,
            SamplerWorkspace workspace,
            @Nullable TokenConstraint constraint) {
        this(parameters, prompt, workspace, constraint, TokenRules.NONE);
    }

    /// @param prompt     what the answer follows; counts for the repetition penalty alone
    /// @param constraint the form of the answer; null for any
    public Sampler(
            SamplingParameters parameters,
            int[] prompt,
            SamplerWorkspace workspace,
            @Nullable TokenConstraint constraint,
            TokenRules rules) {
        this.parameters = parameters;
        this.workspace = workspace;
        this.constraint = constraint;
        this.rules = rules;
        this.answer = new WrittenTokens(rules);
        Long asked = parameters.seed();
        this.seed = asked == null ? ThreadLocalRandom.current().nextLong() : asked;
        this.biased = parameters.logitBias().keySet().stream()
                .mapToInt(Integer::intValue)
                .toArray();
        this.biases = new float[biased.length];
        for (int i = 0; i < biased.length; i++) {
            if (biased[i] >= workspace.vocabulary) {
                throw new InvalidParameterException(
                        "logit_bias",
                        "logit_bias has the token id " + biased[i] + ", the model " + workspace.vocabulary + " tokens");
            }
            biases[i] = parameters.logitBias().getOrDefault(biased[i], 0f);
        }
        if (parameters.penalizes()) {
            for (int token : prompt) {
                seen.add(token, 0);
            }
        }
    }

    /// Chooses the next token.
    ///
    /// @param rows      logits, row after row
    /// @param row       this sequence's row
    /// @param position  of the new token in the sequence, prompt included; with the seed it fixes the draw
    /// @param remaining tokens that the answer may still have, this one included
    /// @throws BadLogitsException if the engine gave none to choose by
    public SampledToken next(FloatBuffer rows, int row, int position, int remaining) {
        workspace.load(rows, row);
        double logNormalizer = parameters.wantsLogprobs() ? logNormalizer() : 0;
        List<TokenLogprob> top = parameters.wantsLogprobs() ? top(logNormalizer) : List.of();
        change(remaining);
        int token = choose(position);
        if (constraint != null) {
            constraint.accept(token);
        }
        if (parameters.penalizes()) {
            seen.add(token, 1);
        }
        answer.add(token);
        return parameters.wantsLogprobs()
                ? new SampledToken(token, (float) (workspace.raw(rows, row, token) - logNormalizer), top)
                : new SampledToken(token, null, top);
    }

    /// Logit bias, penalties, constraint and rules; a row that none of them touches is not looked at again.
    private void change(int remaining) {
        float[] logits = workspace.logits;
        for (int i = 0; i < biased.length; i++) {
            logits[biased[i]] += biases[i];
        }
        if (parameters.penalizes()) {
            penalize(logits);
        }
        if (constraint != null) {
            constraint.allow(workspace.mask, remaining);
            workspace.apply(workspace.mask);
        }
        long[] allowed = rules.allowed();
        if (allowed != null) {
            workspace.apply(allowed);
        }
        if (biased.length > 0 || parameters.penalizes() || constraint != null || allowed != null) {
            workspace.scan();
        }
        workspace.forbid(answer.forbidden());
    }

    private double logNormalizer() {
        float max = workspace.max();
        return max + Math.log(workspace.mass(max, 1, Double.NEGATIVE_INFINITY));
    }

    private List<TokenLogprob> top(double logNormalizer) {
        int n = parameters.topLogprobs() == 0 ? 0 : workspace.best(parameters.topLogprobs(), Double.NEGATIVE_INFINITY);
        List<TokenLogprob> top = new ArrayList<>(n);
        for (int i = n - 1; i >= 0; i--) {
            int token = SamplerWorkspace.token(workspace.keys[i]);
            top.add(new TokenLogprob(token, (float) (workspace.logits[token] - logNormalizer)));
        }
        return List.copyOf(top);
    }

    private void penalize(float[] logits) {
        float repetition = (float) parameters.repetitionPenalty();
        double frequency = parameters.frequencyPenalty();
        float presence = (float) parameters.presencePenalty();
        for (int place = 0; place < seen.size(); place++) {
            int token = seen.token(place);
            if (token >= logits.length) {
                continue;
            }
            int count = seen.count(place);
            float logit = logits[token];
            logit = logit > 0 ? logit / repetition : logit * repetition;
            logit -= (float) (count * frequency);
            logits[token] = count > 0 ? logit - presence : logit;
        }
    }

    private int choose(int position) {
        float max = workspace.max();
        if (max == Float.NEGATIVE_INFINITY) {
            return firstAllowed();
        }
        if (parameters.isGreedy()) {
            return workspace.argmax();
        }
        double scale = 1 / parameters.temperature();
        double floor = parameters.minP() == 0
                ? Double.NEGATIVE_INFINITY
                : max + Math.log(parameters.minP()) * parameters.temperature();
        double draw = CounterRandom.uniform(seed, position);
        int topK = parameters.topK();
        if (topK > 0 && topK < workspace.vocabulary) {
            return drawFrom(workspace.best(topK, floor), max, scale, draw, 0);
        }
        double mass = workspace.mass(max, scale, floor);
        return parameters.topP() < 1
                ? drawFrom(nucleus(max, scale, floor, mass), max, scale, draw, mass)
                : drawFromAll(max, scale, floor, draw * mass);
    }

    /// Gathers a set of likeliest tokens which surely holds top_p of the mass, without sorting the vocabulary.
    private int nucleus(float max, double scale, double floor, double mass) {
        for (double reach = NUCLEUS_REACH; ; reach *= 2) {
            double bound = Math.max(floor, max - reach / scale);
            if (bound == floor || workspace.mass(max, scale, bound) >= parameters.topP() * mass) {
                return workspace.above(bound);
            }
            if (reach > 64) {
                return workspace.above(floor);
            }
        }
    }

    /// Draws from the best of `keys[0, n)` that together hold top_p of `mass` (0: of their own).
    private int drawFrom(int n, float max, double scale, double draw, double mass) {
        long[] keys = workspace.keys;
        double whole = mass;
        if (whole == 0) {
            for (int i = n - 1; i >= 0; i--) {
                whole += weight(keys[i], max, scale);
            }
        }
        double kept = 0;
        int last = n - 1;
        while (last > 0) {
            kept += weight(keys[last], max, scale);
            if (kept >= parameters.topP() * whole) {
                break;
            }
            last--;
        }
        if (last == 0) {
            kept += weight(keys[0], max, scale);
        }
        double left = draw * kept;
        for (int i = n - 1; i > last; i--) {
            left -= weight(keys[i], max, scale);
            if (left < 0) {
                return SamplerWorkspace.token(keys[i]);
            }
        }
        return SamplerWorkspace.token(keys[last]);
    }

    private int drawFromAll(float max, double scale, double floor, double target) {
        float[] logits = workspace.logits;
        double left = target;
        int last = 0;
        for (int i = 0; i < logits.length; i++) {
            if (logits[i] < floor) {
                continue;
            }
            double weight = SamplerWorkspace.weight(logits[i], max, scale);
            if (weight > 0) {
                last = i;
                left -= weight;
                if (left < 0) {
                    return i;
                }
            }
        }
        return last;
    }

    private double weight(long key, float max, double scale) {
        return SamplerWorkspace.weight(workspace.logits[SamplerWorkspace.token(key)], max, scale);
    }

    /// Where the engine excludes (with -∞) every token that the constraint allows, the form goes first; so do
    /// the tokens that a request allows.
    private int firstAllowed() {
        long[] mask = constraint != null ? workspace.mask : rules.allowed();
        for (int word = 0; mask != null && word < mask.length; word++) {
            if (mask[word] != 0) {
                return word * 64 + Long.numberOfTrailingZeros(mask[word]);
            }
        }
        throw new IllegalStateException("logit_bias, penalties and form leave no token");
    }
}
