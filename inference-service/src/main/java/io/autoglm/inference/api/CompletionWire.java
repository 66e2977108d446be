package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.text.AssistantDelta;
import io.autoglm.protocol.openai.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The JSON of `/v1/completions`.
final class CompletionWire implements Wire {

    private final Envelope envelope;
    private final @Nullable Logprobs logprobs;
    private final List<String> echoes;

    /// @param logprobs null where they were not asked for
    /// @param echoes   by choice, the prompt that its text begins with; empty strings where none is echoed
    CompletionWire(Envelope envelope, @Nullable Logprobs logprobs, List<String> echoes) {
        this.envelope = envelope;
        this.logprobs = logprobs;
        this.echoes = List.copyOf(echoes);
    }

    @Override
    public @Nullable ObjectNode opening(int choice) {
        return echoes.get(choice).isEmpty() ? null : chunk(choice, echoes.get(choice), List.of(), null);
    }

    @Override
    public ObjectNode delta(int choice, AssistantDelta delta, List<AnswerToken> tokens) {
        return chunk(choice, text(delta), tokens, null);
    }

    @Override
    public ObjectNode finished(int choice, FinishReason reason, List<AnswerToken> tokens) {
        return chunk(choice, "", tokens, reason);
    }

    @Override
    public ObjectNode usage(Usage usage) {
        ObjectNode chunk = envelope.of("text_completion");
        chunk.putArray("choices");
        Envelope.put(chunk, usage);
        return chunk;
    }

    @Override
    public ObjectNode whole(List<WholeChoice> choices, Usage usage) {
        ObjectNode body = envelope.of("text_completion");
        ArrayNode list = body.putArray("choices");
        for (int i = 0; i < choices.size(); i++) {
            WholeChoice choice = choices.get(i);
            put(list.addObject(), i, echoes.get(i) + choice.content(), choice.tokens(), choice.reason());
        }
        Envelope.put(body, usage);
        return body;
    }

    private ObjectNode chunk(int choice, String text, List<AnswerToken> tokens, @Nullable FinishReason reason) {
        ObjectNode chunk = envelope.of("text_completion");
        put(chunk.putArray("choices").addObject(), choice, text, tokens, reason);
        return chunk;
    }

    private void put(
            ObjectNode entry, int choice, String text, List<AnswerToken> tokens, @Nullable FinishReason reason) {
        entry.put("text", text).put("index", choice);
        if (logprobs == null || tokens.isEmpty()) {
            entry.putNull("logprobs");
        } else {
            entry.set("logprobs", logprobs.completion(tokens));
        }
        entry.put("finish_reason", reason == null ? null : reason.wire());
    }

    private static String text(AssistantDelta delta) {
        return switch (delta) {
            case AssistantDelta.Content(String text) -> text;
            case AssistantDelta.Reasoning(String text) -> text;
            case AssistantDelta.ToolCall call -> call.arguments();
            case AssistantDelta.Arguments(int index, String text) -> text;
        };
    }
}
