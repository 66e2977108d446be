package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.inference.sampling.TokenConstraint;
import io.autoglm.inference.text.TokenBytes;
import io.autoglm.inference.text.Vocabularies;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;

/// Answers as models without any sense write them, over a small vocabulary.
final class Answers {

    private Answers() {}

    static final ObjectMapper MAPPER = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    static final TokenBytes TOKENS = Vocabularies.byteLevel(List.of(
            "{\"", "\":", "\": ", "\"}", "}}", "]}", "[[", "\",\"", "\", \"", "true", "null", "  ", "\n    ", "12",
            "-1", "你好", "name", "\\\"", "\\u", "😀", "e+", "{}", "\"}\n", " {", "false,", "}}}}"));
    static final int END = TOKENS.size() - 2;
    static final int USER = TOKENS.size() - 1;
    static final AnswerFormat FORMAT = new AnswerFormat(TOKENS, List.of(END), "</think>");

    static TokenConstraint jsonObject() {
        return constraint("{\"type\":\"json_object\"}");
    }

    static TokenConstraint schema(String schema) {
        return constraint("{\"type\":\"json_schema\",\"json_schema\":{\"schema\":" + schema + "}}");
    }

    static TokenConstraint constraint(String responseFormat) {
        try {
            return form(FORMAT, MAPPER.readTree(responseFormat)).constraint(Integer.MAX_VALUE, "max_tokens");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static AnswerForm form(AnswerFormat format, JsonNode responseFormat) {
        return Objects.requireNonNull(format.form(responseFormat));
    }

    /// A model without any sense: each allowed token is as likely as the next.
    static String sampled(TokenConstraint constraint, int budget, Random random) {
        StringBuilder answer = new StringBuilder();
        sample(constraint, budget, answer, random);
        return answer.toString();
    }

    /// Goes on with an answer that was begun.
    static void sample(TokenConstraint constraint, int budget, StringBuilder answer, Random random) {
        sample(TOKENS, constraint, budget, answer, random);
    }

    /// @param tokens of which the last but one ends an answer
    static void sample(TokenBytes tokens, TokenConstraint constraint, int budget, StringBuilder answer, Random random) {
        long[] mask = new long[(tokens.size() + 63) / 64];
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int remaining = budget; remaining > 0; remaining--) {
            constraint.allow(mask, remaining);
            int[] allowed = IntStream.range(0, tokens.size())
                    .filter(token -> has(mask, token))
                    .toArray();
            int token = allowed[random.nextInt(allowed.length)];
            constraint.accept(token);
            if (token == tokens.size() - 2) {
                answer.append(bytes.toString(StandardCharsets.UTF_8));
                return;
            }
            bytes.writeBytes(tokens.bytes(token));
        }
        throw new AssertionError("not ended within " + budget + ": " + answer + bytes.toString(StandardCharsets.UTF_8));
    }

    static boolean accepts(TokenConstraint constraint, String document) {
        long[] mask = new long[(TOKENS.size() + 63) / 64];
        for (byte value : document.getBytes(StandardCharsets.UTF_8)) {
            constraint.allow(mask, 1000);
            if (!has(mask, value & 0xff)) {
                return false;
            }
            constraint.accept(value & 0xff);
        }
        constraint.allow(mask, 1000);
        return has(mask, END);
    }

    static boolean has(long[] mask, int token) {
        return (mask[token >> 6] >>> token & 1) != 0;
    }

    static JsonNode read(String answer) {
        try {
            return MAPPER.readTree(answer);
        } catch (IOException e) {
            throw new AssertionError(answer, e);
        }
    }
}
