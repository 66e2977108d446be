package io.autoglm.inference.api;

import io.autoglm.inference.ServingModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// `POST /v1/completions`.
final class Completions {

    private static final int MOST_CHOICES = 128;
    private static final PromptField PROMPTS = new PromptField("prompt", MOST_CHOICES, 1);

    private Completions() {}

    static Reply prepare(Exchange exchange, ServingModel model) {
        Fields request = exchange.fields();
        AnswerOptions options = candidates(request, AnswerOptions.read(request, model));
        int n = options.candidates();
        boolean echo = request.flag("echo");
        if (echo && options.sampling().wantsLogprobs()) {
            throw request.wrong("logprobs", "cannot be given for an echoed prompt");
        }
        List<int[]> prompts = prompts(request, model, options.truncation(request, model));
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
        Envelope envelope = Answer.envelope("cmpl-", exchange, model, options);
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

    private static List<int[]> prompts(Fields request, ServingModel model, Truncation truncation) {
        String suffix = request.text("suffix").orElse("");
        return suffix.isEmpty()
                ? PROMPTS.read(request, model, truncation)
                : List.of(PROMPTS.encode(request, filled(request, suffix, model), model, truncation));
    }

    /// OpenAI's `suffix`.
    private static String filled(Fields request, String suffix, ServingModel model) {
        FillInTheMiddle marks = FillInTheMiddle.of(mark -> model.tokenizer().encode(mark, false).length == 1)
                .orElseThrow(() -> request.wrong("suffix", "is not supported: this model does not fill in the middle"));
        if (request.flag("echo")) {
            throw request.wrong("suffix", "cannot be kept together with 'echo'");
        }
        return marks.prompt(request.requiredText("prompt"), suffix);
    }
}
