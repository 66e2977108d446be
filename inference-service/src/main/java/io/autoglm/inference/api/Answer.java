package io.autoglm.inference.api;

import io.autoglm.inference.ServingModel;
import io.autoglm.inference.batching.Events;
import io.autoglm.inference.batching.Generation;
import io.autoglm.inference.batching.Submission;
import io.autoglm.inference.grammar.AnswerForm;
import io.autoglm.inference.sampling.Sampler;
import io.autoglm.inference.sampling.SamplingParameters;
import io.autoglm.inference.sampling.TokenConstraint;
import io.autoglm.inference.sampling.TokenRules;
import io.autoglm.inference.text.AssistantParser;
import io.autoglm.inference.text.StopStrings;
import io.autoglm.protocol.Headers;
import io.autoglm.protocol.Resumption;
import io.autoglm.protocol.openai.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The second half of both kinds of completion: from prompt tokens to an answer given.
record Answer(Exchange exchange, ServingModel model, AnswerOptions options, Wire wire) {

    private static final int[] NOTHING = {};

    static Envelope envelope(String prefix, Exchange exchange, ServingModel model, AnswerOptions options) {
        return new Envelope(
                options.resume().map(Resume::id).orElseGet(() -> prefix + exchange.id()),
                options.resume().map(Resume::created).orElseGet(() -> System.currentTimeMillis() / 1000),
                model.name(),
                "fp_" + model.served().version());
    }

    /// How the text after a prompt is read.
    ///
    /// @param promptField of the request that the prompt is in
    /// @param parser      makes one for each choice; null for plain text
    /// @param continues   whether the answer goes on where the prompt's text ends
    /// @param form        of the answer; null for any text
    /// @param reasons     the prompt leaves the model within its reasoning: the form holds for what comes
    ///                    behind it
    record Reading(
            String promptField,
            @Nullable Supplier<AssistantParser> parser,
            boolean continues,
            @Nullable AnswerForm form,
            boolean reasons) {

        private @Nullable TokenConstraint constraint(AnswerLimit limit) {
            if (form == null) {
                return null;
            }
            return reasons
                    ? form.constraintAfterReasoning(limit.tokens(), limit.field())
                    : form.constraint(limit.tokens(), limit.field());
        }
    }

    /// @param prompts      one for each choice; the `n` of one prompt are the same array and stand beside
    ///                     each other
    /// @param promptTokens to be paid for
    Reply prepare(List<int[]> prompts, Reading reading, int promptTokens) {
        List<AnswerLimit> limits = prompts.stream()
                .map(prompt -> Prompt.answerLimit(model, prompt, options.limit(), reading.promptField()))
                .toList();
        if (options.search().isPresent()) {
            return search(options.search().get(), prompts, limits, reading, promptTokens);
        }
        Optional<Resume> resume = options.resume();
        if (resume.isPresent() && (!options.stream() || prompts.size() != 1)) {
            throw RefusedException.invalid(
                    Resumption.FIELD, "'" + Resumption.FIELD + "' is for a stream of one answer");
        }
        int[] said = resume.map(Resume::said).orElse(NOTHING);
        Events events = new Events(
                prompts.size(), limits.stream().mapToLong(AnswerLimit::tokens).sum());
        long deadlineNanos = exchange.deadlineNanos();
        Set<Integer> endTokens = options.stops().endTokens(model.endTokens());
        TokenRules rules = options.words().rules(model, options.stops().minTokens(), endTokens);
        boolean included = options.stops().included();
        AnswerText.Ends ends = new AnswerText.Ends(
                included ? endTokens : Set.of(), options.stops().minTokens());
        Supplier<AssistantParser> parser = reading.parser();
        List<AnswerText> choices = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            AnswerLimit limit = limits.get(i);
            int[] prompt = prompts.get(i);
            Generation generation = new Generation(
                    i,
                    resume.isPresent() ? resume.get().behind(prompt) : prompt,
                    prompt.length,
                    Math.max(1, limit.tokens() - said.length),
                    included ? Set.of() : endTokens,
                    sampler(prompt, i, reading.constraint(limit), rules, said),
                    exchange.priority(),
                    deadlineNanos,
                    events);
            AnswerText text = new AnswerText(
                    generation,
                    model.tokenizer().stream(options.showSpecial(), reading.continues()),
                    new StopStrings(options.stops().texts(), included),
                    parser == null ? null : parser.get(),
                    ends);
            text.replay(said, limit.tokens());
            choices.add(text);
        }
        return () -> give(events, choices, promptTokens);
    }

    private void give(Events events, List<AnswerText> choices, int promptTokens) throws InterruptedException {
        List<Generation> generations = choices.stream()
                .filter(choice -> choice.replayedTo().isEmpty())
                .map(AnswerText::generation)
                .toList();
        if (!generations.isEmpty()) {
            submit(generations).ifPresent(busy -> {
                throw new RefusedException(busy);
            });
        }
        exchange.whenGone(() -> generations.forEach(Generation::cancel));
        if (options.stream()) {
            EventStream stream = new EventStream(exchange);
            AnswerSink sink = new StreamedAnswer(stream, wire, options.includeUsage(), progress());
            stream.of(() -> new Answering(events, choices, options.candidates(), sink).run(promptTokens));
        } else {
            AnswerSink sink = new WholeAnswer(exchange, wire, choices.size(), options.candidates(), options.n());
            new Answering(events, choices, options.candidates(), sink).run(promptTokens);
        }
    }

    private StreamedAnswer.Progress progress() {
        boolean tells = exchange.resumable() && options.n() == 1;
        if (tells) {
            exchange.response().putHeader(Headers.RESUMABLE, "true");
        }
        return new StreamedAnswer.Progress(
                tells, options.resume().map(resume -> resume.tokens().size()));
    }

    private Reply search(
            BeamSearch.Options search,
            List<int[]> prompts,
            List<AnswerLimit> limits,
            Reading reading,
            int promptTokens) {
        if (reading.form() != null) {
            throw RefusedException.invalid(
                    "use_beam_search",
                    "'use_beam_search' cannot be kept together with an answer that must have a form");
        }
        Set<Integer> endTokens = options.stops().endTokens(model.endTokens());
        return () -> {
            AnswerSink sink = new WholeAnswer(exchange, wire, prompts.size(), options.n(), options.n());
            BeamText text = new BeamText(model, options, reading, sink);
            SearchLine line = new SearchLine(this::submit, exchange::gone, exchange.deadlineNanos());
            int cached = 0;
            int tokens = 0;
            for (int i = 0; i < prompts.size(); i += options.n()) {
                BeamSearch beams = new BeamSearch(exchange, model, search, endTokens, line);
                for (Beams.Beam beam : beams.best(prompts.get(i), limits.get(i).tokens(), options.n())) {
                    tokens += beam.length();
                    text.give(beam);
                }
                cached += beams.cachedTokens();
            }
            sink.end(Usage.of(promptTokens, tokens, cached));
        };
    }

    /// @return why it cannot be now
    private Optional<Refusal.Busy> submit(List<Generation> generations) {
        return switch (model.loop().submit(generations)) {
            case Submission.Accepted() -> Optional.empty();
            case Submission.LineFull(int limit) ->
                Optional.of(new Refusal.Busy(limit + " requests are waiting already"));
            case Submission.NeverFits(int most) -> {
                String field = options.search().isPresent() ? "beam_width" : options.n() > 1 ? "n" : "prompt";
                throw RefusedException.invalid(
                        field,
                        "'" + field + "' asks for " + generations.size() + " answers, but this instance takes at most "
                                + most + " at once");
            }
            case Submission.Closing() -> throw new RefusedException(new Refusal.Draining());
        };
    }

    /// Each of `n` answers has a seed of its own, or all would be the same.
    private Sampler sampler(int[] prompt, int choice, @Nullable TokenConstraint form, TokenRules rules, int[] said) {
        SamplingParameters sampling =
                options.candidates() > options.n() ? options.sampling().withLogprobs(0) : options.sampling();
        Long seed = sampling.seed();
        SamplingParameters own = seed == null || choice == 0 ? sampling : sampling.withSeed(seed + choice);
        Sampler sampler = new Sampler(own, prompt, model.workspace(), form, rules);
        try {
            IntStream.of(said).forEach(sampler::said);
        } catch (IllegalArgumentException e) {
            throw RefusedException.invalid(
                    Resumption.FIELD + ".tokens", "'" + Resumption.FIELD + ".tokens' " + e.getMessage());
        }
        return sampler;
    }
}
