package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.ServingModel;
import io.autoglm.inference.batching.Events;
import io.autoglm.inference.batching.Generation;
import io.autoglm.inference.batching.Submission;
import io.autoglm.inference.sampling.Sampler;
import io.autoglm.inference.sampling.SamplingParameters;
import io.autoglm.inference.sampling.TokenConstraint;
import io.autoglm.inference.text.AssistantParser;
import io.autoglm.inference.text.StopStrings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The second half of both kinds of completion: from prompt tokens to an answer given.
record Answer(Exchange exchange, ServingModel model, AnswerOptions options, Wire wire) {

    static Envelope envelope(String prefix, Exchange exchange, ServingModel model) {
        return new Envelope(
                prefix + exchange.id(),
                System.currentTimeMillis() / 1000,
                model.name(),
                "fp_" + model.served().version());
    }

    /// @param prompts      one for each choice
    /// @param parser       makes one for each choice; null for plain text
    /// @param promptTokens to be paid for
    /// @param mustCall     the answer begins with a call: `response_format` does not hold for it
    void give(List<int[]> prompts, @Nullable Supplier<AssistantParser> parser, int promptTokens, boolean mustCall)
            throws InterruptedException {
        long tokens = prompts.stream()
                .mapToLong(prompt -> Prompt.answerTokens(model, prompt, options.maxTokens()))
                .sum();
        Events events = new Events(prompts.size(), tokens);
        long deadlineNanos = exchange.deadlineNanos();
        List<AnswerText> choices = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            Generation generation = new Generation(
                    i,
                    prompts.get(i),
                    Prompt.answerTokens(model, prompts.get(i), options.maxTokens()),
                    endTokens(),
                    sampler(prompts.get(i), i, mustCall),
                    exchange.priority(),
                    deadlineNanos,
                    events);
            choices.add(new AnswerText(
                    generation,
                    model.tokenizer().stream(options.showSpecial()),
                    new StopStrings(options.stop()),
                    parser == null ? null : parser.get()));
        }
        submit(choices.stream().map(AnswerText::generation).toList());
        if (options.stream()) {
            stream(events, choices, promptTokens);
        } else {
            new Answering(events, choices, new WholeAnswer(exchange, wire, choices.size())).run(promptTokens);
        }
    }

    private void submit(List<Generation> generations) {
        switch (model.loop().submit(generations)) {
            case Submission.Accepted() -> exchange.whenGone(() -> generations.forEach(Generation::cancel));
            case Submission.LineFull(int limit) ->
                throw new RefusedException(new Refusal.Busy(limit + " requests are waiting already"));
            case Submission.Closing() -> throw new RefusedException(new Refusal.Draining());
        }
    }

    private void stream(Events events, List<AnswerText> choices, int promptTokens) throws InterruptedException {
        EventStream stream = new EventStream(exchange);
        try {
            new Answering(events, choices, new StreamedAnswer(stream, wire, options.includeUsage())).run(promptTokens);
        } catch (RefusedException e) {
            if (!stream.started()) {
                throw e;
            }
            stream.failed(JsonBody.write(ErrorBody.of(e.refusal()).json()));
        }
    }

    private Set<Integer> endTokens() {
        Set<Integer> tokens = new HashSet<>(options.stopTokens());
        if (!options.ignoreEnd()) {
            tokens.addAll(model.endTokens());
        }
        return tokens;
    }

    /// Each of `n` answers has a seed of its own, or all would be the same.
    private Sampler sampler(int[] prompt, int choice, boolean mustCall) {
        JsonNode form = options.responseFormat();
        boolean free = mustCall || form.isMissingNode() || form.isNull();
        TokenConstraint constraint = free ? null : model.format().constraint(form);
        SamplingParameters sampling = options.sampling();
        Long seed = sampling.seed();
        SamplingParameters own = seed == null || choice == 0
                ? sampling
                : new SamplingParameters(
                        sampling.temperature(),
                        sampling.topK(),
                        sampling.topP(),
                        sampling.minP(),
                        sampling.presencePenalty(),
                        sampling.frequencyPenalty(),
                        sampling.repetitionPenalty(),
                        sampling.logitBias(),
                        seed + choice,
                        sampling.topLogprobs());
        return new Sampler(own, prompt, new int[0], model.workspace(), constraint);
    }
}
