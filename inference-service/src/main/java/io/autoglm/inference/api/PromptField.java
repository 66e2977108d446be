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

    /// @return at least one, each with at least one token
    List<int[]> read(Fields request, ServingModel model) {
        JsonNode prompt = request.node(name);
        if (prompt.isTextual()) {
            return List.of(text(prompt, model));
        }
        if (!prompt.isArray() || prompt.isEmpty()) {
            throw request.wrong(
                    name,
                    request.has(name) ? "must be a string, a list of strings, or a list of token ids" : "is required");
        }
        if (prompt.get(0).isNumber()) {
            return List.of(tokens(request, prompt, model));
        }
        if (prompt.size() > most) {
            throw request.wrong(name, "holds " + prompt.size() + " prompts, at most " + most);
        }
        List<int[]> prompts = new ArrayList<>();
        for (JsonNode each : prompt) {
            if (each.isTextual()) {
                prompts.add(text(each, model));
            } else if (each.isArray()) {
                prompts.add(tokens(request, each, model));
            } else {
                throw request.wrong(name, "must hold strings, or lists of token ids");
            }
        }
        return prompts;
    }

    private int[] text(JsonNode text, ServingModel model) {
        return Prompt.fitting(model, Prompt.tokens(model, text.textValue(), true, name), answerTokens, name);
    }

    private int[] tokens(Fields request, JsonNode ids, ServingModel model) {
        return Prompt.fitting(model, Prompt.tokenIds(request, name, ids, model), answerTokens, name);
    }
}
