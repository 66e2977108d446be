package io.autoglm.nano.corpus.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/// JSON as Jinja's `tojson` writes it in Hugging Face chat templates: `", "` and `": "` between parts, non-ASCII as it
/// is.
public final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    /// Writes maps, lists, strings, numbers and booleans; keys in the map's order.
    public static String write(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                var parts = new StringJoiner(", ", "{", "}");
                map.forEach((key, part) -> parts.add(quoted(String.valueOf(key)) + ": " + write(part)));
                yield parts.toString();
            }
            case List<?> list -> {
                var parts = new StringJoiner(", ", "[", "]");
                list.forEach(part -> parts.add(write(part)));
                yield parts.toString();
            }
            case Number number -> number.toString();
            case Boolean flag -> flag.toString();
            default -> quoted(value.toString());
        };
    }

    /// The parsed text, or empty when it is not exactly one JSON value.
    public static Optional<JsonNode> parse(String text) {
        try {
            return Optional.ofNullable(MAPPER.reader()
                    .with(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .readTree(text));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static String quoted(String text) {
        try {
            return MAPPER.writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a JSON string: " + text, e);
        }
    }
}
