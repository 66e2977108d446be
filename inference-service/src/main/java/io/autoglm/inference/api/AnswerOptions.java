package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.model.GenerationDefaults;
import io.autoglm.inference.sampling.SamplingParameters;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// What chat and plain completions have in common.
///
/// @param n              answers for each prompt
/// @param limit          empty: as many as fit
/// @param stopTokens     beside the model's own end tokens (vLLM's `stop_token_ids`)
/// @param ignoreEnd      goes on past the model's end tokens (vLLM's `ignore_eos`)
/// @param showSpecial    writes control tokens out (vLLM's `skip_special_tokens: false`)
/// @param responseFormat missing where any text will do
record AnswerOptions(
        int n,
        boolean stream,
        boolean includeUsage,
        Optional<AnswerLimit> limit,
        List<String> stop,
        Set<Integer> stopTokens,
        boolean ignoreEnd,
        boolean showSpecial,
        SamplingParameters sampling,
        JsonNode responseFormat) {

    /// OpenAI's own limit is 128 for `n` and 4 for `stop`.
    private static final int MOST_ANSWERS = 128;

    private static final int MOST_STOPS = 16;
    private static final int LONGEST_STOP_CHARS = 1024;

    static AnswerOptions read(Fields request, GenerationDefaults defaults) {
        boolean stream = request.flag("stream");
        boolean includeUsage = request.object("stream_options")
                .map(options -> options.flag("include_usage"))
                .orElse(false);
        if (!stream && request.has("stream_options")) {
            throw request.wrong("stream_options", "is only allowed when 'stream' is true");
        }
        if (hasForm(request.node("response_format")) && request.flag("ignore_eos")) {
            throw request.wrong("ignore_eos", "cannot be kept together with 'response_format', whose form has an end");
        }
        return new AnswerOptions(
                request.integer("n", 1, MOST_ANSWERS).orElse(1),
                stream,
                includeUsage,
                limit(request, "max_completion_tokens").or(() -> limit(request, "max_tokens")),
                stops(request),
                stopTokens(request),
                request.flag("ignore_eos"),
                request.has("skip_special_tokens") && !request.flag("skip_special_tokens"),
                SamplingParameters.read(request.object(), defaults),
                request.node("response_format"));
    }

    /// Whether the answer must have a form.
    boolean hasForm() {
        return hasForm(responseFormat);
    }

    private static boolean hasForm(JsonNode responseFormat) {
        return !responseFormat.isMissingNode()
                && !responseFormat.isNull()
                && !"text".equals(responseFormat.path("type").textValue());
    }

    private static Optional<AnswerLimit> limit(Fields request, String field) {
        OptionalInt tokens = request.integer(field, 1, Integer.MAX_VALUE);
        return tokens.isEmpty() ? Optional.empty() : Optional.of(new AnswerLimit(tokens.getAsInt(), field));
    }

    private static List<String> stops(Fields request) {
        List<String> stops = request.texts("stop", MOST_STOPS);
        for (String stop : stops) {
            if (stop.isEmpty() || stop.length() > LONGEST_STOP_CHARS) {
                throw request.wrong("stop", "must hold strings of 1 to " + LONGEST_STOP_CHARS + " characters");
            }
        }
        return stops;
    }

    private static Set<Integer> stopTokens(Fields request) {
        if (!request.has("stop_token_ids")) {
            return Set.of();
        }
        JsonNode ids = request.node("stop_token_ids");
        if (!ids.isArray() || ids.size() > MOST_STOPS) {
            throw request.wrong("stop_token_ids", "must be a list of at most " + MOST_STOPS + " token ids");
        }
        Set<Integer> tokens = new HashSet<>();
        for (JsonNode id : ids) {
            if (!id.isIntegralNumber() || !id.canConvertToInt()) {
                throw request.wrong("stop_token_ids", "must hold whole numbers");
            }
            tokens.add(id.intValue());
        }
        return tokens;
    }
}
