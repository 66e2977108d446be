package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.ServingModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// `POST /v1/rerank`, in the shape of Jina and Cohere: documents by the cosine of their vectors with the query's.
final class Rerank {

    private static final int MOST_DOCUMENTS = 2048;

    private Rerank() {}

    /// @param score cosine, -1 to 1
    private record Ranked(int index, double score) {}

    static Reply prepare(Exchange exchange, ServingModel model) {
        Fields request = exchange.fields();
        String query = request.requiredText("query");
        List<String> documents = documents(request);
        int best = request.integer("top_n", 1, Integer.MAX_VALUE).orElse(documents.size());
        boolean shown = request.flagUnlessDenied("return_documents");
        Truncation truncation = Truncation.read(request, model, 0);
        List<int[]> prompts = new ArrayList<>();
        prompts.add(tokens(truncation, model, query, "query"));
        for (int i = 0; i < documents.size(); i++) {
            prompts.add(tokens(truncation, model, documents.get(i), "documents[" + i + "]"));
        }
        return () -> {
            Vectors vectors = new Vectors(exchange, model, prompts, model.dimensions());
            List<Ranked> ranked = ranked(vectors.compute());
            ObjectNode body = JsonBody.MAPPER
                    .createObjectNode()
                    .put("id", "rerank-" + exchange.id())
                    .put("model", model.name());
            ArrayNode results = body.putArray("results");
            for (Ranked document : ranked.subList(0, Math.min(best, ranked.size()))) {
                ObjectNode result = results.addObject().put("index", document.index());
                result.put("relevance_score", document.score());
                if (shown) {
                    result.putObject("document").put("text", documents.get(document.index()));
                }
            }
            Embeddings.putUsage(body, vectors.tokens());
            exchange.respond(body);
        };
    }

    /// Strings, or objects with a `text`.
    private static List<String> documents(Fields request) {
        JsonNode documents = request.node("documents");
        if (!documents.isArray() || documents.isEmpty() || documents.size() > MOST_DOCUMENTS) {
            throw request.wrong(
                    "documents",
                    request.has("documents") ? "must be a list of 1 to " + MOST_DOCUMENTS + " texts" : "is required");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode document : documents) {
            String at = "documents[" + texts.size() + "]";
            if (document.isTextual()) {
                texts.add(document.textValue());
            } else if (document.isObject()) {
                texts.add(new Fields(document, at + ".").requiredText("text"));
            } else {
                throw RefusedException.invalid(at, "'" + at + "' must be a string, or an object with a text");
            }
        }
        return texts;
    }

    private static int[] tokens(Truncation truncation, ServingModel model, String text, String field) {
        if (text.isEmpty()) {
            throw RefusedException.invalid(field, "'" + field + "' must not be empty");
        }
        return Prompt.fitting(model, truncation.tokens(model, text, true, field), 0, field);
    }

    /// The best first; of equals, whoever stands first in the request.
    ///
    /// @param vectors the query's, then the documents'
    private static List<Ranked> ranked(List<float[]> vectors) {
        float[] query = vectors.getFirst();
        return IntStream.range(1, vectors.size())
                .mapToObj(i -> new Ranked(i - 1, cosine(query, vectors.get(i))))
                .sorted(Comparator.comparingDouble(Ranked::score).reversed().thenComparingInt(Ranked::index))
                .toList();
    }

    /// Of vectors of length 1.
    private static double cosine(float[] one, float[] other) {
        double dot = 0;
        for (int i = 0; i < one.length; i++) {
            dot += one[i] * (double) other[i];
        }
        return Math.clamp(dot, -1, 1);
    }
}
