package io.autoglm.gateway.recall;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// Bounds on what messages cost in a prompt, for a gateway that has no tokenizer. Common vocabularies spend one
/// token on three to five letters of English and on half to one and a half Chinese characters; the bounds lie
/// outside that.
final class TokenEstimate {
    /// Role, separators and the template's own markers.
    private static final int PER_MESSAGE = 8;

    private TokenEstimate() {}

    /// Hardly ever less than the truth: for deciding what still fits.
    static int atMost(List<JsonNode> messages) {
        double tokens = 0;
        for (JsonNode message : messages) {
            tokens += PER_MESSAGE + count(message.toString(), 1 / 2.5, 1.5);
        }
        return (int) Math.min(Integer.MAX_VALUE, Math.ceil(tokens));
    }

    /// Hardly ever more than the truth: for taking away what is counted elsewhere.
    static int atLeast(List<JsonNode> messages) {
        double tokens = 0;
        for (JsonNode message : messages) {
            tokens += count(message.path("content").asText(""), 1 / 7.0, 0.4);
        }
        return (int) tokens;
    }

    private static double count(String text, double perAscii, double perOther) {
        long ascii = text.chars().filter(c -> c < 128).count();
        return ascii * perAscii + (text.length() - ascii) * perOther;
    }
}
