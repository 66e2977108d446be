package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.sampling.SampledToken;
import io.autoglm.inference.sampling.TokenLogprob;
import io.autoglm.inference.text.Tokenizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// OpenAI's two shapes of logprobs.
final class Logprobs {

    private final Tokenizer tokenizer;

    Logprobs(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /// `choices[].logprobs` of a chat completion.
    ObjectNode chat(List<SampledToken> tokens) {
        ObjectNode logprobs = JsonNodeFactory.instance.objectNode();
        ArrayNode content = logprobs.putArray("content");
        for (SampledToken token : tokens) {
            ObjectNode entry = content.addObject();
            put(entry, token.token(), token.logprob());
            ArrayNode top = entry.putArray("top_logprobs");
            for (TokenLogprob other : token.top()) {
                put(top.addObject(), other.token(), other.logprob());
            }
        }
        logprobs.putNull("refusal");
        return logprobs;
    }

    /// `choices[].logprobs` of a plain completion.
    ///
    /// @param offset characters of the text before these tokens
    ObjectNode completion(List<SampledToken> tokens, int offset) {
        ObjectNode logprobs = JsonNodeFactory.instance.objectNode();
        ArrayNode texts = logprobs.putArray("tokens");
        ArrayNode values = logprobs.putArray("token_logprobs");
        ArrayNode tops = logprobs.putArray("top_logprobs");
        ArrayNode offsets = logprobs.putArray("text_offset");
        int at = offset;
        for (SampledToken token : tokens) {
            String text = text(token.token());
            texts.add(text);
            values.add(token.logprob());
            ObjectNode top = tops.addObject();
            for (TokenLogprob other : token.top()) {
                top.put(text(other.token()), other.logprob());
            }
            offsets.add(at);
            at += text.length();
        }
        return logprobs;
    }

    private void put(ObjectNode entry, int token, @Nullable Float logprob) {
        entry.put("token", text(token)).put("logprob", logprob);
        ArrayNode bytes = entry.putArray("bytes");
        for (byte each : tokenizer.bytes().bytes(token)) {
            bytes.add(each & 0xff);
        }
    }

    private String text(int token) {
        return tokenizer.decode(new int[] {token}, true);
    }
}
