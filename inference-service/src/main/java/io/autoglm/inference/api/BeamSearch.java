package io.autoglm.inference.api;

import io.autoglm.inference.ServingModel;
import io.autoglm.inference.batching.Events;
import io.autoglm.inference.batching.Generation;
import io.autoglm.inference.batching.GenerationEvent;
import io.autoglm.inference.sampling.Sampler;
import io.autoglm.inference.sampling.SamplingParameters;
import io.autoglm.inference.sampling.TokenLogprob;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Searches the likeliest answers ([Beams]). Each step asks the batch loop for one token behind each beam;
/// what they have in common is in the KV cache, and is copied where a beam becomes two.
final class BeamSearch {

    /// Fields whose meaning a search has no place for.
    private static final List<String> CONFLICTS = List.of(
            "stop",
            "min_tokens",
            "bad_words",
            "allowed_token_ids",
            "logit_bias",
            "presence_penalty",
            "frequency_penalty",
            "repetition_penalty");

    /// @param width beams that compete
    /// @param told  alternatives that are given with a token of an answer
    record Options(int width, double lengthPenalty, int told) {

        /// Twice as many alternatives are told for a token.
        private static final int MOST_WIDTH = SamplingParameters.MOST_TOP_LOGPROBS / 2;

        /// @param n answers for each prompt
        /// @return empty where none is asked for
        static Optional<Options> read(Fields request, int n, SamplingParameters sampling) {
            double penalty = request.number("length_penalty").orElse(1);
            if (!request.flag("use_beam_search")) {
                for (String field : List.of("beam_width", "length_penalty")) {
                    if (request.has(field) && (field.equals("beam_width") || penalty != 1)) {
                        throw request.wrong(field, "is only allowed when 'use_beam_search' is true");
                    }
                }
                return Optional.empty();
            }
            if (request.flag("stream")) {
                throw request.wrong(
                        "use_beam_search", "cannot be streamed: which answers are best is known at the end");
            }
            for (String field : CONFLICTS) {
                if (request.has(field) && !isDefault(request, field)) {
                    throw request.wrong(field, "cannot be kept together with 'use_beam_search'");
                }
            }
            if (n > MOST_WIDTH) {
                throw request.wrong("n", "must be at most " + MOST_WIDTH + " with 'use_beam_search', but is " + n);
            }
            int width = request.integer("beam_width", n, MOST_WIDTH).orElse(n);
            return Optional.of(new Options(width, penalty, Math.max(0, sampling.topLogprobs())));
        }

        private static boolean isDefault(Fields request, String field) {
            boolean empty =
                    request.node(field).isContainerNode() && request.node(field).isEmpty();
            double none = field.equals("repetition_penalty") ? 1 : 0;
            return empty
                    || (request.node(field).isNumber() && request.node(field).doubleValue() == none);
        }
    }

    private final Exchange exchange;
    private final ServingModel model;
    private final Options options;
    private final Set<Integer> endTokens;
    private final SearchLine line;
    private int cachedTokens = -1;

    /// Those of the present step. Written by the request's thread, read by whoever tells that the client is
    /// gone.
    private volatile List<Generation> underWay = List.of();

    /// @param line of the request that it is part of
    BeamSearch(Exchange exchange, ServingModel model, Options options, Set<Integer> endTokens, SearchLine line) {
        this.exchange = exchange;
        this.model = model;
        this.options = options;
        this.endTokens = endTokens;
        this.line = line;
    }

    /// @param most tokens of an answer
    /// @param n    answers, fewer than there are beams or as many
    List<Beams.Beam> best(int[] prompt, int most, int n) throws InterruptedException {
        Beams beams = new Beams(options, prompt.length, most, endTokens);
        exchange.whenGone(this::cancel);
        while (!beams.over(n)) {
            beams.step(next(prompt, beams.live()));
        }
        return beams.best(n);
    }

    private void cancel() {
        underWay.forEach(Generation::cancel);
    }

    /// Tokens of the prompt that were in the cache.
    int cachedTokens() {
        return Math.max(0, cachedTokens);
    }

    private List<List<TokenLogprob>> next(int[] prompt, List<Beams.Beam> live) throws InterruptedException {
        SamplingParameters likeliest = SamplingParameters.greedy().withLogprobs(Beams.alternatives(options.width()));
        Events events = new Events(live.size(), live.size());
        List<Generation> generations = new ArrayList<>();
        for (int i = 0; i < live.size(); i++) {
            int[] tokens = live.get(i).after(prompt);
            Sampler sampler = new Sampler(likeliest, tokens, model.workspace(), null);
            generations.add(new Generation(
                    i, tokens, 1, Set.of(), sampler, exchange.priority(), exchange.deadlineNanos(), events));
        }
        underWay = generations;
        line.submit(generations);
        if (exchange.gone()) {
            cancel();
        }
        List<List<TokenLogprob>> next = new ArrayList<>();
        live.forEach(beam -> next.add(List.of()));
        try {
            for (int left = live.size(); left > 0; ) {
                switch (events.take()) {
                    case GenerationEvent.Token token ->
                        next.set(token.index(), token.sampled().top());
                    case GenerationEvent.Ended ended -> {
                        Answering.check(ended.ending());
                        left--;
                    }
                }
            }
        } finally {
            cancel();
        }
        if (cachedTokens < 0) {
            cachedTokens = generations.getFirst().cachedTokens();
        }
        return next;
    }
}
