package io.autoglm.inference.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/// Reads and writes bodies. Nesting is bounded, since what walks the tree afterwards is recursive; so is the
/// length of numbers, whose parsing is not linear, and the number of nodes, each of which takes dozens of
/// bytes for one or two.
final class JsonBody {

    private static final int DEEPEST = 64;
    private static final int LONGEST_NUMBER_CHARS = 100;

    /// Of Jackson, which counts brackets and names too: enough for the token ids of any prompt.
    private static final long MOST_TOKENS = 1 << 20;

    static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxNumberLength(LONGEST_NUMBER_CHARS)
                            .maxTokenCount(MOST_TOKENS)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonBody() {}

    /// @throws RefusedException if it is no JSON object
    static JsonNode read(byte[] body) {
        try {
            JsonNode read = MAPPER.readTree(body);
            if (read == null || !read.isObject()) {
                throw RefusedException.invalid(null, "The request body must be a JSON object");
            }
            return read;
        } catch (JsonProcessingException e) {
            throw new RefusedException(
                    new Refusal.Invalid("The request body is not valid JSON: " + where(e), null, "invalid_json"));
        } catch (IOException e) {
            // Bytes in memory cannot fail but by what they say, such as UTF-32 that is none.
            throw new RefusedException(new Refusal.Invalid(
                    "The request body is not valid JSON: it is not encoded in UTF-8", null, "invalid_json"));
        }
    }

    static byte[] write(JsonNode body) {
        try {
            return MAPPER.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Jackson's message without the source excerpt, which would repeat the prompt.
    private static String where(JsonProcessingException e) {
        String message = e.getOriginalMessage().lines().findFirst().orElse("it cannot be parsed");
        return e.getLocation() == null
                ? message
                : message + " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }
}
