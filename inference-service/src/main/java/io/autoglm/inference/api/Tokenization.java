package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.ServingModel;
import io.autoglm.inference.template.Rendering;

/// `POST /tokenize` and `POST /detokenize`, in vLLM's shape.
final class Tokenization {

    private static final int MOST_TOKENS = 1 << 19;

    private Tokenization() {}

    static Reply tokenize(Exchange exchange, ServingModel model) {
        Fields request = Fields.of(JsonBody.read(exchange.body()));
        if (request.has("model")) {
            ModelName.check(request, model);
        }
        int[] tokens = request.has("messages") ? ofMessages(request, model) : ofPrompt(request, model);
        ObjectNode body =
                JsonBody.MAPPER.createObjectNode().put("count", tokens.length).put("max_model_len", model.maxTokens());
        ArrayNode list = body.putArray("tokens");
        for (int token : tokens) {
            list.add(token);
        }
        return () -> exchange.respond(body);
    }

    static Reply detokenize(Exchange exchange, ServingModel model) {
        Fields request = Fields.of(JsonBody.read(exchange.body()));
        if (request.has("model")) {
            ModelName.check(request, model);
        }
        JsonNode ids = request.node("tokens");
        if (!ids.isArray() || ids.size() > MOST_TOKENS) {
            throw request.wrong("tokens", "must be a list of at most " + MOST_TOKENS + " token ids");
        }
        int[] tokens = new int[ids.size()];
        for (int i = 0; i < tokens.length; i++) {
            JsonNode id = ids.get(i);
            if (!id.isIntegralNumber() || !id.canConvertToInt()) {
                throw request.wrong("tokens", "must hold token ids");
            }
            tokens[i] = id.intValue();
        }
        ObjectNode body = JsonBody.MAPPER
                .createObjectNode()
                .put("prompt", model.tokenizer().decode(tokens, true));
        return () -> exchange.respond(body);
    }

    private static int[] ofPrompt(Fields request, ServingModel model) {
        String prompt = request.text("prompt").orElseThrow(() -> request.wrong("prompt", "or 'messages' is required"));
        boolean withSpecial = !request.has("add_special_tokens") || request.flag("add_special_tokens");
        return Prompt.tokens(model, prompt, withSpecial, "prompt");
    }

    private static int[] ofMessages(Fields request, ServingModel model) {
        ArrayNode messages = Messages.read(request);
        ToolChoice tools = ToolChoice.read(request);
        boolean generation = !request.has("add_generation_prompt") || request.flag("add_generation_prompt");
        Rendering rendering = model.template()
                .orElseThrow(() -> request.wrong("messages", "cannot be rendered: this model has no chat template"))
                .render(messages, tools.tools(), generation, JsonBody.MAPPER.createObjectNode());
        return switch (rendering) {
            case Rendering.Prompt(String text) -> Prompt.tokens(model, text, false, "messages");
            case Rendering.Refused(String message) -> throw RefusedException.invalid("messages", message);
            case Rendering.Failed(String message) -> throw RefusedException.invalid("messages", message);
        };
    }
}
