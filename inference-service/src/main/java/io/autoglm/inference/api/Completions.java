package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.ServingModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/// `POST /v1/completions`.
final class Completions {

    private static final int MOST_CHOICES = 128;

    private Completions() {}

    static Reply prepare(Exchange exchange, ServingModel model) {
        Fields request = Fields.of(JsonBody.read(exchange.body()));
        ModelName.check(request, model);
        AnswerOptions options = candidates(request, AnswerOptions.read(request, model.defaults()));
        int n = options.candidates();
        boolean echo = request.flag("echo");
        if (echo && options.sampling().wantsLogprobs()) {
            throw request.wrong("logprobs", "cannot be given for an echoed prompt");
        }
        List<int[]> prompts = prompts(request, model, options.keep(model));
        if (prompts.size() * n > MOST_CHOICES) {
            throw request.wrong("prompt", "asks for more than " + MOST_CHOICES + " answers");
        }

        List<int[]> ofChoices = new ArrayList<>();
        List<String> echoes = new ArrayList<>();
        for (int[] prompt : prompts) {
            String echoed = echo ? model.tokenizer().decode(prompt, false) : "";
            ofChoices.addAll(Collections.nCopies(n, prompt));
            echoes.addAll(Collections.nCopies(options.n(), echoed));
        }
        Envelope envelope = Answer.envelope("cmpl-", exchange, model);
        Logprobs logprobs = options.sampling().wantsLogprobs()
                ? new Logprobs(model.tokenizer().bytes())
                : null;
        int promptTokens = prompts.stream().mapToInt(prompt -> prompt.length).sum();
        return new Answer(exchange, model, options, new CompletionWire(envelope, logprobs, echoes))
                .prepare(
                        ofChoices,
                        new Answer.Reading("prompt", null, true, options.form().of(model.format()), false),
                        promptTokens);
    }

    /// With OpenAI's `best_of`.
    private static AnswerOptions candidates(Fields request, AnswerOptions options) {
        int most = request.integer("best_of", options.n(), MOST_CHOICES).orElse(options.n());
        if (most > options.n() && options.stream()) {
            throw request.wrong("best_of", "cannot be streamed: which answers are best is known at the end");
        }
        if (most > options.n() && options.search().isPresent()) {
            throw request.wrong("best_of", "cannot be kept together with 'use_beam_search': set 'beam_width'");
        }
        return options.bestOf(most);
    }

    /// A string, a list of strings, a list of token ids, or a list of such lists.
    ///
    /// @param keep tokens of each, the last ones
    private static List<int[]> prompts(Fields request, ServingModel model, OptionalInt keep) {
        JsonNode prompt = request.node("prompt");
        boolean special = request.flagUnlessDenied("add_special_tokens");
        String suffix = request.text("suffix").orElse("");
        if (!suffix.isEmpty()) {
            return List.of(Prompt.encode(model, filled(request, suffix, model), special, keep, "prompt"));
        }
        if (prompt.isTextual()) {
            return List.of(Prompt.encode(model, prompt.textValue(), special, keep, "prompt"));
        }
        if (!prompt.isArray() || prompt.isEmpty()) {
            throw request.wrong(
                    "prompt",
                    request.has("prompt")
                            ? "must be a string, a list of strings, or a list of token ids"
                            : "is required");
        }
        if (prompt.get(0).isNumber()) {
            return List.of(tokens(request, prompt, model, keep));
        }
        if (prompt.size() > MOST_CHOICES) {
            throw request.wrong("prompt", "holds " + prompt.size() + " prompts, at most " + MOST_CHOICES);
        }
        List<int[]> prompts = new ArrayList<>();
        for (JsonNode each : prompt) {
            if (each.isTextual()) {
                prompts.add(Prompt.encode(model, each.textValue(), special, keep, "prompt"));
            } else if (each.isArray()) {
                prompts.add(tokens(request, each, model, keep));
            } else {
                throw request.wrong("prompt", "must hold strings, or lists of token ids");
            }
        }
        return prompts;
    }

    /// OpenAI's `suffix`.
    private static String filled(Fields request, String suffix, ServingModel model) {
        FillInTheMiddle marks = FillInTheMiddle.of(
                        mark -> model.tokenizer().encode(mark, false).length == 1)
                .orElseThrow(() -> request.wrong("suffix", "is not supported: this model does not fill in the middle"));
        if (request.flag("echo")) {
            throw request.wrong("suffix", "cannot be kept together with 'echo'");
        }
        return marks.prompt(request.requiredText("prompt"), suffix);
    }

    private static int[] tokens(Fields request, JsonNode ids, ServingModel model, OptionalInt keep) {
        int[] tokens = new int[ids.size()];
        for (int i = 0; i < tokens.length; i++) {
            JsonNode id = ids.get(i);
            if (!id.isIntegralNumber()
                    || !id.canConvertToInt()
                    || id.intValue() < 0
                    || id.intValue() >= model.tokenizer().vocabularySize()) {
                throw request.wrong(
                        "prompt",
                        "must hold token ids from 0 to " + (model.tokenizer().vocabularySize() - 1));
            }
            tokens[i] = id.intValue();
        }
        return Prompt.fitting(model, Prompt.last(tokens, keep.orElse(tokens.length)), "prompt");
    }
}
