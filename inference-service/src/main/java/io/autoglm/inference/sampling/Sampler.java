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
        said(token);
        return parameters.wantsLogprobs()
                ? new SampledToken(token, (float) (workspace.raw(rows, row, token) - logNormalizer), top)
                : new SampledToken(token, null, top);
    }

    /// Tells a token that the answer has, whoever chose it: another instance, if the answer goes on here.
    ///
    /// @throws IllegalArgumentException if it does not belong to the answer's form
    public void said(int token) {
        if (constraint != null) {
            constraint.accept(token);
        }
        if (parameters.penalizes()) {
            seen.add(token, 1);
        }
        answer.add(token);
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
        return max + Math.log(workspace.weights.sum(max, 1, Double.NEGATIVE_INFINITY));
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
            return drawFrom(workspace.best(topK, floor), max, scale, draw);
        }
        workspace.weights.sum(max, scale, floor);
        return workspace.weights.draw(parameters.topP(), draw);
    }

    /// Draws from the best of `keys[0, n)` that together hold top_p of their mass.
    private int drawFrom(int n, float max, double scale, double draw) {
        long[] keys = workspace.keys;
        double whole = 0;
        for (int i = n - 1; i >= 0; i--) {
            whole += weight(keys[i], max, scale);
        }
        double kept = 0;
        int last = n;
        while (last > 0 && (kept < parameters.topP() * whole || last == n)) {
            kept += weight(keys[--last], max, scale);
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

    private double weight(long key, float max, double scale) {
        return Weights.of(workspace.logits[SamplerWorkspace.token(key)], max, scale);
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
