package io.autoglm.inference.api;

import io.autoglm.inference.ServingModel;
import java.util.ArrayList;
import java.util.List;

/// `POST /v1/completions`.
final class Completions {

    private static final int MOST_CHOICES = 128;
    private static final PromptField PROMPTS = new PromptField("prompt", MOST_CHOICES, 1);

    private Completions() {}

    static Reply prepare(Exchange exchange, ServingModel model) {
        Fields request = exchange.fields();
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
        List<int[]> prompts = PROMPTS.read(request, model);
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
}
