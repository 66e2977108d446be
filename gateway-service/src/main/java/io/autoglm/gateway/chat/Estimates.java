package io.autoglm.gateway.chat;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.gateway.placement.Snapshot;
import io.autoglm.gateway.quota.Tokens;
import io.autoglm.gateway.recall.Recall;
import jakarta.inject.Singleton;

/// What a request is likely to cost, before a tokenizer has seen it: hardly ever less of a prompt than the truth,
/// and of an answer what it may have at most, or what answers of its model have on the average.
@Singleton
final class Estimates {
    /// More choices than that no instance gives.
    private static final int MOST_CHOICES = 128;

    private final Recall recall;
    private final Snapshot snapshot;
    private final AnswerLengths lengths;
    private final ChatConfig config;

    Estimates(Recall recall, Snapshot snapshot, AnswerLengths lengths, ChatConfig config) {
        this.recall = recall;
        this.snapshot = snapshot;
        this.lengths = lengths;
        this.config = config;
    }

    Tokens of(CompletionRequest request) {
        return new Tokens(prompt(request), request.endpoint().generates() ? answer(request) : 0);
    }

    private long prompt(CompletionRequest request) {
        JsonNode json = request.json();
        return switch (request.endpoint()) {
            case CHAT -> recall.tokensAtMost(request.messages());
            case TEXT -> Recall.tokensAtMost(json.path("prompt"));
            case EMBEDDINGS -> Recall.tokensAtMost(json.path("input"));
            case RERANK -> Recall.tokensAtMost(json.path("query")) + Recall.tokensAtMost(json.path("documents"));
            // No model runs.
            case TOKENIZE, DETOKENIZE -> 0;
        };
    }

    /// A `max_tokens` beyond the model's window is none.
    private long answer(CompletionRequest request) {
        long window = snapshot.instances().maxModelTokens(request.model()).orElse(Integer.MAX_VALUE);
        long choices = Math.clamp(request.json().path("n").asLong(1), 1, MOST_CHOICES);
        double mean = lengths.mean(request.model()).orElse(config.assumedAnswerTokens());
        long each =
                request.maxTokens().isPresent() ? Math.min(request.maxTokens().getAsInt(), window) : Math.round(mean);
        return each * choices;
    }
}
