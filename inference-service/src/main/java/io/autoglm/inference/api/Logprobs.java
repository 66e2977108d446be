package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.sampling.TokenLogprob;
import io.autoglm.inference.text.TokenBytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// OpenAI's two shapes of logprobs. A token is its own bytes, whatever a decoder makes of them at the start
/// of a text; one that is no text by itself, such as a part of a Chinese character, is written as OpenAI
/// writes it: `\xe4\xbd` in a chat, `bytes:\xe4\xbd` in a plain completion.
final class Logprobs {

    /// JSON has no -∞; the value is OpenAI's and vLLM's.
    private static final float LEAST = -9999;

    private final TokenBytes tokens;

    Logprobs(TokenBytes tokens) {
        this.tokens = tokens;
    }

    /// `choices[].logprobs` of a chat completion.
    ObjectNode chat(List<AnswerToken> answer) {
        ObjectNode logprobs = JsonNodeFactory.instance.objectNode();
        ArrayNode content = logprobs.putArray("content");
        for (AnswerToken token : answer) {
            ObjectNode entry = content.addObject();
            put(entry, token.sampled().token(), token.sampled().logprob());
            ArrayNode top = entry.putArray("top_logprobs");
            for (TokenLogprob other : token.sampled().top()) {
                put(top.addObject(), other.token(), other.logprob());
            }
        }
        logprobs.putNull("refusal");
        return logprobs;
    }

    /// `choices[].logprobs` of a plain completion.
    ObjectNode completion(List<AnswerToken> answer) {
        ObjectNode logprobs = JsonNodeFactory.instance.objectNode();
        ArrayNode texts = logprobs.putArray("tokens");
        ArrayNode values = logprobs.putArray("token_logprobs");
        ArrayNode tops = logprobs.putArray("top_logprobs");
        ArrayNode offsets = logprobs.putArray("text_offset");
        for (AnswerToken token : answer) {
            texts.add(text(token.sampled().token(), "bytes:"));
            values.add(finite(token.sampled().logprob()));
            ObjectNode top = tops.addObject();
            for (TokenLogprob other : token.sampled().top()) {
                String text = text(other.token(), "bytes:");
                top.put(top.has(text) ? "token_id:" + other.token() : text, finite(other.logprob()));
            }
            offsets.add(token.offset());
        }
        return logprobs;
    }

    private void put(ObjectNode entry, int token, @Nullable Float logprob) {
        entry.put("token", text(token, "")).put("logprob", finite(logprob));
        ArrayNode bytes = entry.putArray("bytes");
        for (byte each : tokens.bytes(token)) {
            bytes.add(each & 0xff);
        }
    }

    private static @Nullable Float finite(@Nullable Float logprob) {
        return logprob == null ? null : (Float) Math.max(logprob, LEAST);
    }

    private String text(int token, String prefixOfBytes) {
        byte[] bytes = tokens.bytes(token);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            StringBuilder text = new StringBuilder(prefixOfBytes);
            for (byte each : bytes) {
                text.append(String.format("\\x%02x", each & 0xff));
            }
            return text.toString();
        }
    }
}
