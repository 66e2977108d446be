package io.autoglm.inference.sampling;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What {@link Sampler} must choose, written without regard to time: boxed counts, a pass for every question,
/// and a row that is changed beforehand, so that the draw itself is that of a request with neither bias nor
/// penalties nor form.
final class StraightforwardSampler {

    private final SamplingParameters parameters;
    private final @Nullable TokenConstraint constraint;
    private final Map<Integer, Integer> seen = new HashMap<>();

    StraightforwardSampler(SamplingParameters parameters, int[] prompt, @Nullable TokenConstraint constraint) {
        this.parameters = parameters;
        this.constraint = constraint;
        for (int token : prompt) {
            seen.put(token, 0);
        }
    }

    SampledToken next(float[] raw, int position) {
        float[] logits = raw.clone();
        parameters.logitBias().forEach((id, bias) -> logits[id] += bias);
        if (parameters.penalizes()) {
            seen.forEach((id, count) -> logits[id] = penalized(logits[id], count));
        }
        if (constraint != null) {
            long[] mask = new long[(logits.length + 63) / 64];
            constraint.allow(mask, 1);
            for (int i = 0; i < logits.length; i++) {
                if ((mask[i / 64] >>> (i % 64) & 1) == 0) {
                    logits[i] = Float.NEGATIVE_INFINITY;
                }
            }
        }
        int token = parameters.isGreedy() ? likeliest(logits) : drawn(logits, position);
        seen.merge(token, 1, Integer::sum);
        if (!parameters.wantsLogprobs()) {
            return new SampledToken(token, null, List.of());
        }
        double normalizer = normalizer(raw);
        List<TokenLogprob> top = new ArrayList<>();
        IntStream.range(0, raw.length)
                .filter(id -> raw[id] != Float.NEGATIVE_INFINITY)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> -raw[id]).thenComparing(id -> id))
                .limit(parameters.topLogprobs())
                .forEach(id -> top.add(new TokenLogprob(id, (float) (raw[id] - normalizer))));
        return new SampledToken(token, (float) (raw[token] - normalizer), top);
    }

    private float penalized(float logit, int count) {
        float repetition = (float) parameters.repetitionPenalty();
        float changed = logit > 0 ? logit / repetition : logit * repetition;
        changed -= (float) (count * parameters.frequencyPenalty());
        changed -= (float) (count > 0 ? parameters.presencePenalty() : 0);
        return changed;
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private int drawn(float[] logits, int position) {
        SamplingParameters plain = new SamplingParameters(
                parameters.temperature(),
                parameters.topK(),
                parameters.topP(),
                parameters.minP(),
                0,
                0,
                1,
                Map.of(),
                parameters.seed(),
                -1);
        return new Sampler(plain, new int[0], new SamplerWorkspace(logits.length, logits.length), null)
                .next(FloatBuffer.wrap(logits), 0, position, 1)
                .token();
    }

    private static double normalizer(float[] logits) {
        float max = logits[likeliest(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - (double) max);
        }
        return max + Math.log(sum);
    }
}
