package io.autoglm.inference.api;

import io.autoglm.inference.ServingModel;
import io.autoglm.inference.sampling.SamplingParameters;
import java.util.Optional;
import java.util.OptionalInt;

/// What chat and plain completions have in common.
///
/// @param n              answers for each prompt
/// @param candidates     answers of which those are the best (OpenAI's `best_of`)
/// @param search         empty: tokens are sampled
/// @param limit          empty: as many as fit
/// @param resume         what goes on here; empty for an answer from its beginning
/// @param showSpecial    writes control tokens out (vLLM's `skip_special_tokens: false`)
record AnswerOptions(
        int n,
        int candidates,
        Optional<BeamSearch.Options> search,
        boolean stream,
        boolean includeUsage,
        Optional<AnswerLimit> limit,
        Optional<Resume> resume,
        Stops stops,
        AllowedWords words,
        boolean showSpecial,
        SamplingParameters sampling,
        Form form) {

    /// OpenAI's own limit for `n`.
    static final int MOST_ANSWERS = 128;

    static AnswerOptions read(Fields request, ServingModel model) {
        UnsupportedFields.check(request);
        boolean stream = request.flag("stream");
        boolean includeUsage = request.object("stream_options")
                .map(options -> options.flag("include_usage"))
                .orElse(false);
        if (!stream && request.has("stream_options")) {
            throw request.wrong("stream_options", "is only allowed when 'stream' is true");
        }
        Form form = Form.read(request);
        if (form.isAsked() && request.flag("ignore_eos")) {
            throw request.wrong(
                    "ignore_eos", "cannot be kept together with '" + form.field() + "', whose form has an end");
        }
        int n = request.integer("n", 1, MOST_ANSWERS).orElse(1);
        // Neither byte-level nor SentencePiece decoders put spaces there.
        request.flag("spaces_between_special_tokens");
        SamplingParameters sampling = SamplingParameters.read(request.object(), model.defaults());
        Optional<Resume> resume = Resume.read(request, model);
        return new AnswerOptions(
                n,
                n,
                BeamSearch.Options.read(request, n, sampling),
                stream,
                includeUsage,
                limit(request, "max_completion_tokens").or(() -> limit(request, "max_tokens")),
                resume,
                Stops.read(request),
                AllowedWords.read(request),
                !request.flagUnlessDenied("skip_special_tokens"),
                sampling,
                form);
    }

    /// These, of `most` answers the best.
    AnswerOptions bestOf(int most) {
        return new AnswerOptions(
                n, most, search, stream, includeUsage, limit, resume, stops, words, showSpecial, sampling, form);
    }

    /// So that what was asked for has room behind it.
    Truncation truncation(Fields request, ServingModel model) {
        return Truncation.read(request, model, limit.map(AnswerLimit::tokens).orElse(1));
    }

    private static Optional<AnswerLimit> limit(Fields request, String field) {
        OptionalInt tokens = request.integer(field, 1, Integer.MAX_VALUE);
        return tokens.isEmpty() ? Optional.empty() : Optional.of(new AnswerLimit(tokens.getAsInt(), field));
    }
}
