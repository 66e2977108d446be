package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.text.AssistantDelta;
import io.autoglm.protocol.openai.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The JSON of `/v1/chat/completions`.
///
/// @param logprobs null where they were not asked for
/// @param echoed   what the content begins with, since the answer goes on with it
record ChatWire(Envelope envelope, @Nullable Logprobs logprobs, String echoed) implements Wire {

    @Override
    public ObjectNode opening(int choice) {
        ObjectNode chunk = chunk();
        ObjectNode delta = choice(chunk, choice);
        delta.put("role", "assistant").put("content", echoed);
        finish(chunk, List.of(), null);
        return chunk;
    }

    @Override
    public ObjectNode delta(int choice, AssistantDelta piece, List<AnswerToken> tokens) {
        ObjectNode chunk = chunk();
        ObjectNode delta = choice(chunk, choice);
        switch (piece) {
            case AssistantDelta.Content(String text) -> delta.put("content", text);
            case AssistantDelta.Reasoning(String text) -> delta.put("reasoning_content", text);
            case AssistantDelta.ToolCall call -> put(call(delta, call.index()), call, choice);
            case AssistantDelta.Arguments(int index, String text) ->
                call(delta, index).putObject("function").put("arguments", text);
        }
        finish(chunk, tokens, null);
        return chunk;
    }

    @Override
    public ObjectNode finished(int choice, FinishReason reason, List<AnswerToken> tokens) {
        ObjectNode chunk = chunk();
        choice(chunk, choice);
        finish(chunk, tokens, reason);
        return chunk;
    }

    @Override
    public ObjectNode usage(Usage usage) {
        ObjectNode chunk = chunk();
        chunk.putArray("choices");
        Envelope.put(chunk, usage);
        return chunk;
    }

    @Override
    public ObjectNode whole(List<WholeChoice> choices, Usage usage) {
        ObjectNode body = envelope.of("chat.completion");
        ArrayNode list = body.putArray("choices");
        for (int i = 0; i < choices.size(); i++) {
            WholeChoice choice = choices.get(i);
            ObjectNode entry = list.addObject().put("index", i);
            message(entry.putObject("message"), choice, i);
            putLogprobs(entry, choice.tokens());
            entry.put("finish_reason", choice.reason().wire());
        }
        Envelope.put(body, usage);
        return body;
    }

    private void message(ObjectNode message, WholeChoice choice, int index) {
        message.put("role", "assistant");
        String content = echoed + choice.content();
        boolean onlyCalls = content.isBlank() && !choice.toolCalls().isEmpty();
        message.put("content", onlyCalls ? null : content);
        message.putNull("refusal");
        if (!choice.reasoning().isEmpty()) {
            message.put("reasoning_content", choice.reasoning());
        }
        if (!choice.toolCalls().isEmpty()) {
            ArrayNode calls = message.putArray("tool_calls");
            choice.toolCalls().forEach(call -> put(calls.addObject(), call, index));
        }
    }

    private static ObjectNode call(ObjectNode delta, int index) {
        return delta.putArray("tool_calls").addObject().put("index", index);
    }

    private ObjectNode chunk() {
        return envelope.of("chat.completion.chunk");
    }

    /// @return its delta
    private static ObjectNode choice(ObjectNode chunk, int index) {
        return chunk.putArray("choices").addObject().put("index", index).putObject("delta");
    }

    private void finish(ObjectNode chunk, List<AnswerToken> tokens, @Nullable FinishReason reason) {
        ObjectNode choice = (ObjectNode) chunk.path("choices").path(0);
        putLogprobs(choice, tokens);
        choice.put("finish_reason", reason == null ? null : reason.wire());
    }

    private void putLogprobs(ObjectNode choice, List<AnswerToken> tokens) {
        if (logprobs == null || tokens.isEmpty()) {
            choice.putNull("logprobs");
        } else {
            choice.set("logprobs", logprobs.chat(tokens));
        }
    }

    /// The id is made of the answer's, so that it is the same however often the chunk is written.
    private void put(ObjectNode entry, AssistantDelta.ToolCall call, int choice) {
        String tail = envelope.id().substring(envelope.id().indexOf('-') + 1);
        entry.put("id", "call_" + tail + "_" + choice + "_" + call.index()).put("type", "function");
        entry.putObject("function").put("name", call.name()).put("arguments", call.arguments());
    }
}
