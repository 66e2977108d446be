package io.autoglm.gateway.recall;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// Bounds on what messages cost in a prompt, for a gateway that has no tokenizer. Common vocabularies spend one
/// token on three to five letters of English and on half to one and a half Chinese characters; the bounds lie
/// outside that. A part of a message that is not text (an image as a data URL, sound) costs what the model
/// makes of it, not the length of its bytes.
///
/// @param perMedia tokens of such a part
record TokenEstimate(int perMedia) {
    /// Role, separators and the template's own markers.
    private static final int PER_MESSAGE = 8;

    /// Hardly ever less than the truth: for deciding what still fits.
    int atMost(List<JsonNode> messages) {
        double tokens = 0;
        for (JsonNode message : messages) {
            tokens += PER_MESSAGE;
            JsonNode content = message.path("content");
            if (content.isArray()) {
                for (JsonNode part : content) {
                    tokens += isText(part) ? most(part.toString()) : perMedia;
                }
                tokens += most(withoutContent(message));
            } else {
                tokens += most(message.toString());
            }
        }
        return (int) Math.min(Integer.MAX_VALUE, Math.ceil(tokens));
    }

    /// Of a text, a token, or a list of such.
    static long atMost(JsonNode input) {
        if (input.isNumber()) {
            return 1;
        }
        if (!input.isContainerNode()) {
            return (long) Math.ceil(most(input.asText("")));
        }
        long tokens = 0;
        for (JsonNode part : input) {
            tokens += atMost(part);
        }
        return tokens;
    }

    /// Hardly ever more than the truth: for taking away what is counted elsewhere.
    static int atLeast(List<JsonNode> messages) {
        double tokens = 0;
        for (JsonNode message : messages) {
            tokens += count(message.path("content").asText(""), 1 / 7.0, 0.4);
        }
        return (int) tokens;
    }

    /// Names and tool calls cost too. The parts are not copied: they may be megabytes.
    private static String withoutContent(JsonNode message) {
        ObjectNode rest = JsonNodeFactory.instance.objectNode();
        message.properties().stream()
                .filter(field -> !field.getKey().equals("content"))
                .forEach(field -> rest.set(field.getKey(), field.getValue()));
        return rest.toString();
    }

    private static boolean isText(JsonNode part) {
        return part.isTextual() || part.path("type").asText("").equals("text");
    }

    private static double most(String text) {
        return count(text, 1 / 2.5, 1.5);
    }

    private static double count(String text, double perAscii, double perOther) {
        long ascii = text.chars().filter(c -> c < 128).count();
        return ascii * perAscii + (text.length() - ascii) * perOther;
    }
}
