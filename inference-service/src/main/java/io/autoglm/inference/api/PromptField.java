package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.ServingModel;
import java.util.ArrayList;
import java.util.List;

/// The field of a request that holds what the model is to read: a string, a list of strings, a list of token ids, or a
/// list of such lists.
///
/// @param most         prompts in a request
/// @param answerTokens behind each for which there must be room
record PromptField(String name, int most, int answerTokens) {

    /// @param truncation of each
    /// @return at least one, each with at least one token
    List<int[]> read(Fields request, ServingModel model, Truncation truncation) {
        JsonNode prompt = request.node(name);
        if (prompt.isTextual()) {
            return List.of(encode(request, prompt.textValue(), model, truncation));
        }
        if (!prompt.isArray() || prompt.isEmpty()) {
            throw request.wrong(
                    name,
                    request.has(name) ? "must be a string, a list of strings, or a list of token ids" : "is required");
        }
        if (prompt.get(0).isNumber()) {
            return List.of(tokens(request, prompt, model, truncation));
        }
        if (prompt.size() > most) {
            throw request.wrong(name, "holds " + prompt.size() + " prompts, at most " + most);
        }
        List<int[]> prompts = new ArrayList<>();
        for (JsonNode each : prompt) {
            if (each.isTextual()) {
                prompts.add(encode(request, each.textValue(), model, truncation));
            } else if (each.isArray()) {
                prompts.add(tokens(request, each, model, truncation));
            } else {
                throw request.wrong(name, "must hold strings, or lists of token ids");
            }
        }
        return prompts;
    }

    /// @return the tokens of a text that stands for this field's, behind the model's start token unless the
    ///         request denies it (vLLM's `add_special_tokens`)
    int[] encode(Fields request, String text, ServingModel model, Truncation truncation) {
        boolean special = request.flagUnlessDenied("add_special_tokens");
        return Prompt.fitting(model, truncation.tokens(model, text, special, name), answerTokens, name);
    }

    private int[] tokens(Fields request, JsonNode ids, ServingModel model, Truncation truncation) {
        int[] tokens = truncation.of(Prompt.tokenIds(request, name, ids, model));
        return Prompt.fitting(model, tokens, answerTokens, name);
    }
}
