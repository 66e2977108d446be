package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.ServingModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;

/// `POST /v1/embeddings`.
final class Embeddings {

    private static final PromptField INPUTS = new PromptField("input", 2048, 0);

    /// JSON around a vector, and a number with its comma: the most that `Float.toString` writes.
    private static final long ENTRY_BYTES = 64;

    private static final long NUMBER_BYTES = 15;

    private Embeddings() {}

    /// How vectors are written.
    private enum Encoding {
        FLOAT,
        /// Little-endian float32, as OpenAI's Python SDK asks for it.
        BASE64;

        static Encoding read(Fields request) {
            return switch (request.text("encoding_format").orElse("float")) {
                case "float" -> FLOAT;
                case "base64" -> BASE64;
                default -> throw request.wrong("encoding_format", "must be float or base64");
            };
        }

        long bytes(int dimensions) {
            return ENTRY_BYTES
                    + switch (this) {
                        case FLOAT -> NUMBER_BYTES * dimensions;
                        case BASE64 -> 4 * Math.ceilDiv((long) Float.BYTES * dimensions, 3);
                    };
        }

        void put(ObjectNode entry, float[] vector) {
            switch (this) {
                case FLOAT -> entry.putPOJO("embedding", vector);
                case BASE64 -> {
                    ByteBuffer bytes =
                            ByteBuffer.allocate(Float.BYTES * vector.length).order(ByteOrder.LITTLE_ENDIAN);
                    bytes.asFloatBuffer().put(vector);
                    entry.put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
                }
            }
        }
    }

    /// @param mostBytes of an answer
    static Reply prepare(Exchange exchange, ServingModel model, long mostBytes) {
        Fields request = exchange.fields();
        Encoding encoding = Encoding.read(request);
        int dimensions = request.integer("dimensions", 1, model.dimensions()).orElse(model.dimensions());
        refuseEmptyTexts(request);
        List<int[]> inputs = INPUTS.read(request, model);
        long most = mostBytes / encoding.bytes(dimensions);
        if (inputs.size() > most) {
            throw request.wrong(
                    "input",
                    "holds " + inputs.size() + " texts, but the vectors of no more than " + most
                            + " fit into one answer; send fewer at once, or ask for base64");
        }
        return () -> {
            Vectors vectors = new Vectors(exchange, model, inputs, dimensions);
            exchange.respond(body(model, vectors.compute(), encoding, vectors.tokens()));
        };
    }

    /// As OpenAI does, even where the tokenizer would make a start token of it.
    private static void refuseEmptyTexts(Fields request) {
        JsonNode input = request.node("input");
        for (JsonNode text : input.isArray() ? input : List.of(input)) {
            if (text.isTextual() && text.textValue().isEmpty()) {
                throw request.wrong("input", "must not hold an empty string");
            }
        }
    }

    private static ObjectNode body(ServingModel model, List<float[]> vectors, Encoding encoding, int tokens) {
        ObjectNode body = JsonBody.MAPPER.createObjectNode().put("object", "list");
        ArrayNode data = body.putArray("data");
        for (int i = 0; i < vectors.size(); i++) {
            ObjectNode entry = data.addObject().put("object", "embedding").put("index", i);
            encoding.put(entry, vectors.get(i));
        }
        body.put("model", model.name());
        putUsage(body, tokens);
        return body;
    }

    /// All tokens are the prompt's.
    static void putUsage(ObjectNode body, int tokens) {
        body.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
    }
}
