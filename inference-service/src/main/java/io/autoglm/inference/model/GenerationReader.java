package io.autoglm.inference.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a model's own files say of sampling, each field under the names and defaults that Hugging Face's
/// `transformers` gives it.
final class GenerationReader {

    private static final double LEAST_ABOVE_0 = Double.MIN_VALUE;
    private static final String EOS = "eos_token_id";

    private GenerationReader() {}

    /// @param search what is said of sampling, or an empty object
    /// @param model  says what ends an answer where `search` does not
    static GenerationDefaults read(Json search, Json model) {
        return new GenerationDefaults(
                !search.flag("do_sample", true),
                within(search, "temperature", 0, SamplingBounds.MOST_TEMPERATURE),
                within(search, "top_p", LEAST_ABOVE_0, SamplingBounds.MOST_TOP_P),
                topK(search),
                within(search, "min_p", 0, SamplingBounds.MOST_MIN_P),
                within(search, "repetition_penalty", LEAST_ABOVE_0, SamplingBounds.MOST_REPETITION_PENALTY),
                search.has(EOS) ? eos(search) : eos(model));
    }

    private static @Nullable Double within(Json search, String field, double least, double most) {
        Double value = search.number(field);
        if (value != null && (value < least || value > most)) {
            String from = least == LEAST_ABOVE_0 ? "above 0 and at most " : "between " + (long) least + " and ";
            throw search.wrong(field, from + (long) most);
        }
        return value;
    }

    private static @Nullable Integer topK(Json search) {
        Double topK = search.number("top_k");
        if (topK == null) {
            return null;
        }
        if (topK < SamplingBounds.TOP_K_ALL || topK > Integer.MAX_VALUE || topK != Math.rint(topK)) {
            throw search.wrong("top_k", "a whole number, 0 or -1 for all");
        }
        return topK.intValue();
    }

    private static List<Integer> eos(Json json) {
        if (!json.has(EOS)) {
            return List.of();
        }
        JsonNode node = json.node().get(EOS);
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : node.isArray() ? node : List.of(node)) {
            if (!id.canConvertToInt() || !id.isIntegralNumber() || id.intValue() < 0) {
                throw json.wrong(EOS, "a token id or a list of them");
            }
            ids.add(id.intValue());
        }
        return ids;
    }
}
