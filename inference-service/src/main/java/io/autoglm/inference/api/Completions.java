package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.ServingModel;
import java.util.ArrayList;
import java.util.List;

/// `POST /v1/completions`.
final class Completions {

    private static final int MOST_CHOICES = 128;

    private Completions() {}

    static Reply prepare(Exchange exchange, ServingModel model) {
        Fields request = Fields.of(JsonBody.read(exchange.body()));
        ModelName.check(request, model);
        if (!request.text("suffix").orElse("").isEmpty()) {
            throw request.wrong("suffix", "is not supported: this model does not fill in the middle");
        }
        AnswerOptions options = AnswerOptions.read(request, model.defaults());
        int n = options.n();
        request.integer("best_of", n, n);
        boolean echo = request.flag("echo");
        if (echo && options.sampling().wantsLogprobs()) {
            throw request.wrong("logprobs", "cannot be given for an echoed prompt");
        }
        List<int[]> prompts = prompts(request, model);
        if (prompts.size() * n > MOST_CHOICES) {
            throw request.wrong("prompt", "asks for more than " + MOST_CHOICES + " answers");
        }

        List<int[]> ofChoices = new ArrayList<>();
        List<String> echoes = new ArrayList<>();
        for (int[] prompt : prompts) {
            String echoed = echo ? model.tokenizer().decode(prompt, false) : "";
            for (int i = 0; i < n; i++) {
                ofChoices.add(prompt);
                echoes.add(echoed);
            }
        }
        Envelope envelope = Answer.envelope("cmpl-", exchange, model);
        Logprobs logprobs = options.sampling().wantsLogprobs()
                ? new Logprobs(model.tokenizer().bytes())
                : null;
        int promptTokens = prompts.stream().mapToInt(prompt -> prompt.length).sum();
        return new Answer(exchange, model, options, new CompletionWire(envelope, logprobs, echoes))
                .prepare(
                        ofChoices,
                        new Answer.Reading("prompt", null, model.format().form(options.responseFormat()), false),
                        promptTokens);
    }

    /// A string, a list of strings, a list of token ids, or a list of such lists.
    private static List<int[]> prompts(Fields request, ServingModel model) {
        JsonNode prompt = request.node("prompt");
        if (prompt.isTextual()) {
            return List.of(Prompt.encode(model, prompt.textValue(), true, "prompt"));
        }
        if (!prompt.isArray() || prompt.isEmpty()) {
            throw request.wrong(
                    "prompt",
                    request.has("prompt")
                            ? "must be a string, a list of strings, or a list of token ids"
                            : "is required");
        }
        if (prompt.get(0).isNumber()) {
            return List.of(tokens(request, prompt, model));
        }
        if (prompt.size() > MOST_CHOICES) {
            throw request.wrong("prompt", "holds " + prompt.size() + " prompts, at most " + MOST_CHOICES);
        }
        List<int[]> prompts = new ArrayList<>();
        for (JsonNode each : prompt) {
            if (each.isTextual()) {
                prompts.add(Prompt.encode(model, each.textValue(), true, "prompt"));
            } else if (each.isArray()) {
                prompts.add(tokens(request, each, model));
            } else {
                throw request.wrong("prompt", "must hold strings, or lists of token ids");
            }
        }
        return prompts;
    }

    private static int[] tokens(Fields request, JsonNode ids, ServingModel model) {
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
        return Prompt.fitting(model, tokens, "prompt");
    }
}
