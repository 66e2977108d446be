package io.autoglm.gateway.chat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/// Tokens that a request cost.
record Spent(int promptTokens, int completionTokens) {

    static final Spent NOTHING = new Spent(0, 0);

    /// Reads OpenAI's `usage` object.
    static Spent of(JsonNode usage) {
        return new Spent(
                Math.max(0, usage.path("prompt_tokens").asInt(0)),
                Math.max(0, usage.path("completion_tokens").asInt(0)));
    }

    /// Reads the `usage` of a whole answer and passes over the rest, which may be megabytes of numbers.
    ///
    /// @throws IOException if it is no JSON object
    static Spent ofAnswer(Buffer body) throws IOException {
        try (JsonParser parser = RequestParser.JSON.createParser(body.getBytes())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the answer is no JSON object");
            }
            Spent spent = NOTHING;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean usage = parser.currentName().equals("usage");
                if (parser.nextToken() == JsonToken.START_OBJECT && usage) {
                    spent = of(parser);
                } else {
                    parser.skipChildren();
                }
            }
            return spent;
        }
    }

    /// @param parser at the beginning of a `usage` object; then at its end
    private static Spent of(JsonParser parser) throws IOException {
        int prompt = 0;
        int completion = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "prompt_tokens" -> prompt = parser.getValueAsInt(0);
                case "completion_tokens" -> completion = parser.getValueAsInt(0);
                default -> parser.skipChildren();
            }
        }
        return new Spent(Math.max(0, prompt), Math.max(0, completion));
    }
}
