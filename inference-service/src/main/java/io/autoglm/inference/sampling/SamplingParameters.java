package io.autoglm.inference.sampling;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.model.GenerationDefaults;
import io.autoglm.inference.model.SamplingBounds;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How the next token is chosen, in the names and ranges of OpenAI's API and, for what it lacks, vLLM's.
///
/// @param temperature       0 to 2; below 1e-5 the likeliest token is taken
/// @param topK              0: all
/// @param topP              above 0, at most 1
/// @param minP              tokens less likely than this share of the likeliest one are left out
/// @param repetitionPenalty above 0, at most 2; divides the logits of tokens seen in prompt or answer (1: off)
/// @param logitBias         added to the logits of these ids, -100 to 100
/// @param seed              null: drawn for each sequence
/// @param topLogprobs       alternatives told beside each token, 0 to 20; -1: no logprobs at all
public record SamplingParameters(
        double temperature,
        int topK,
        double topP,
        double minP,
        double presencePenalty,
        double frequencyPenalty,
        double repetitionPenalty,
        Map<Integer, Float> logitBias,
        @Nullable Long seed,
        int topLogprobs) {

    /// `top_logprobs` of OpenAI's API.
    public static final int MOST_TOP_LOGPROBS = 20;

    /// OpenAI takes 300 entries; anything above is a mistake.
    public static final int MOST_LOGIT_BIASES = 1024;

    /// Below it a temperature divides logits into infinities; vLLM's bound.
    private static final double GREEDY_BELOW = 1e-5;

    public SamplingParameters {
        range("temperature", temperature, 0, SamplingBounds.MOST_TEMPERATURE);
        if (topK < 0) {
            throw new InvalidParameterException("top_k", "top_k must be 0 or -1 (all) or more, but is " + topK);
        }
        aboveZero("top_p", topP, SamplingBounds.MOST_TOP_P);
        range("min_p", minP, 0, SamplingBounds.MOST_MIN_P);
        range("presence_penalty", presencePenalty, -2, 2);
        range("frequency_penalty", frequencyPenalty, -2, 2);
        aboveZero("repetition_penalty", repetitionPenalty, SamplingBounds.MOST_REPETITION_PENALTY);
        if (logitBias.size() > MOST_LOGIT_BIASES) {
            throw new InvalidParameterException(
                    "logit_bias", "logit_bias holds " + logitBias.size() + " entries, at most " + MOST_LOGIT_BIASES);
        }
        logitBias = Map.copyOf(logitBias);
        logitBias.forEach((id, bias) -> {
            if (id < 0) {
                throw new InvalidParameterException("logit_bias", "logit_bias has the token id " + id);
            }
            range("logit_bias", bias, -100, 100);
        });
        if (topLogprobs < -1 || topLogprobs > MOST_TOP_LOGPROBS) {
            throw new InvalidParameterException(
                    "top_logprobs", "top_logprobs must be 0 to " + MOST_TOP_LOGPROBS + ", but is " + topLogprobs);
        }
    }

    /// The likeliest token, always.
    public static SamplingParameters greedy() {
        return new SamplingParameters(0, 0, 1, 0, 0, 0, 1, Map.of(), null, -1);
    }

    /// Reads a request of `/v1/chat/completions` or `/v1/completions`. What it leaves open is taken from the
    /// model's defaults, then from OpenAI's. `logprobs` is true beside `top_logprobs` in the one, a number in the
    /// other.
    ///
    /// @throws InvalidParameterException naming the field of a wrong type or out of range
    public static SamplingParameters read(JsonNode request, GenerationDefaults defaults) {
        double modelTemperature = defaults.greedy() ? 0 : or(defaults.temperature(), 1);
        Integer modelTopK = defaults.topK();
        int topK = integer(request, "top_k", modelTopK == null ? 0 : modelTopK);
        return new SamplingParameters(
                number(request, "temperature", modelTemperature),
                topK == SamplingBounds.TOP_K_ALL ? 0 : topK,
                number(request, "top_p", or(defaults.topP(), 1)),
                number(request, "min_p", or(defaults.minP(), 0)),
                number(request, "presence_penalty", 0),
                number(request, "frequency_penalty", 0),
                number(request, "repetition_penalty", or(defaults.repetitionPenalty(), 1)),
                biases(request),
                seed(request),
                logprobs(request));
    }

    public boolean isGreedy() {
        return temperature < GREEDY_BELOW;
    }

    public boolean wantsLogprobs() {
        return topLogprobs >= 0;
    }

    /// These, and each token is told with its logprob at least.
    ///
    /// @param alternatives told beside each token
    public SamplingParameters withLogprobs(int alternatives) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                presencePenalty,
                frequencyPenalty,
                repetitionPenalty,
                logitBias,
                seed,
                Math.max(topLogprobs, alternatives));
    }

    public SamplingParameters withSeed(long other) {
        return new SamplingParameters(
                temperature,
                topK,
                topP,
                minP,
                presencePenalty,
                frequencyPenalty,
                repetitionPenalty,
                logitBias,
                other,
                topLogprobs);
    }

    boolean penalizes() {
        return presencePenalty != 0 || frequencyPenalty != 0 || repetitionPenalty != 1;
    }

    private static int logprobs(JsonNode request) {
        JsonNode asked = request.path("logprobs");
        if (asked.isIntegralNumber()) {
            int alternatives = integer(request, "logprobs", 0);
            range("logprobs", alternatives, 0, MOST_TOP_LOGPROBS);
            return alternatives;
        }
        if (!asked.isMissingNode() && !asked.isNull() && !asked.isBoolean()) {
            throw new InvalidParameterException("logprobs", "logprobs must be true, false or a number");
        }
        int alternatives = integer(request, "top_logprobs", 0);
        if (alternatives < 0 || (alternatives > 0 && !asked.booleanValue())) {
            throw new InvalidParameterException(
                    "top_logprobs",
                    "top_logprobs must be 0 to " + MOST_TOP_LOGPROBS + " and needs logprobs to be true");
        }
        return asked.booleanValue() ? alternatives : -1;
    }

    private static Map<Integer, Float> biases(JsonNode request) {
        JsonNode asked = request.path("logit_bias");
        if (asked.isMissingNode() || asked.isNull()) {
            return Map.of();
        }
        if (!asked.isObject()) {
            throw new InvalidParameterException("logit_bias", "logit_bias must map token ids to numbers");
        }
        Map<Integer, Float> biases = new LinkedHashMap<>();
        asked.properties().forEach(entry -> {
            if (!entry.getValue().isNumber()) {
                throw new InvalidParameterException("logit_bias", "logit_bias must map token ids to numbers");
            }
            try {
                biases.put(Integer.valueOf(entry.getKey()), entry.getValue().floatValue());
            } catch (NumberFormatException e) {
                throw new InvalidParameterException(
                        "logit_bias", "logit_bias has '" + entry.getKey() + "' for a token id");
            }
        });
        return biases;
    }

    private static @Nullable Long seed(JsonNode request) {
        JsonNode asked = request.path("seed");
        if (asked.isMissingNode() || asked.isNull()) {
            return null;
        }
        if (!asked.isIntegralNumber() || !asked.canConvertToLong()) {
            throw new InvalidParameterException("seed", "seed must be a whole number of 64 bits");
        }
        return asked.longValue();
    }

    private static double number(JsonNode request, String field, double otherwise) {
        JsonNode asked = request.path(field);
        if (asked.isMissingNode() || asked.isNull()) {
            return otherwise;
        }
        if (!asked.isNumber()) {
            throw new InvalidParameterException(field, field + " must be a number");
        }
        return asked.doubleValue();
    }

    private static int integer(JsonNode request, String field, int otherwise) {
        JsonNode asked = request.path(field);
        if (asked.isMissingNode() || asked.isNull()) {
            return otherwise;
        }
        if (!asked.isIntegralNumber() || !asked.canConvertToInt()) {
            throw new InvalidParameterException(field, field + " must be a whole number");
        }
        return asked.intValue();
    }

    private static double or(@Nullable Double value, double otherwise) {
        return value == null ? otherwise : value;
    }

    private static void range(String param, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new InvalidParameterException(
                    param, param + " must be between " + plain(least) + " and " + plain(most) + ", but is " + value);
        }
    }

    private static void aboveZero(String param, double value, double most) {
        if (!(value > 0 && value <= most)) {
            throw new InvalidParameterException(
                    param, param + " must be above 0 and at most " + plain(most) + ", but is " + value);
        }
    }

    private static String plain(double bound) {
        return Long.toString((long) bound);
    }
}
