package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.ServingModel;
import io.autoglm.inference.template.Rendering;
import io.autoglm.inference.text.Tokenizer;

/// `POST /tokenize` and `POST /detokenize`, in vLLM's shape.
final class Tokenization {

    private static final int MOST_TOKENS = 1 << 19;

    private Tokenization() {}

    /// @param withSpecial whether the tokenizer adds its own start and end tokens
    private record Text(String text, boolean withSpecial, String field) {}

    static Reply tokenize(Exchange exchange, ServingModel model) {
        Fields request = exchange.fields();
        boolean strings = request.flag("return_token_strs");
        Text text = request.has("messages") ? ofMessages(request, model) : ofPrompt(request);
        Tokenizer.Spelled tokens = tokens(request, text, model);
        ObjectNode body = JsonBody.MAPPER
                .createObjectNode()
                .put("count", tokens.ids().length)
                .put("max_model_len", model.maxTokens());
        ArrayNode list = body.putArray("tokens");
        for (int token : tokens.ids()) {
            list.add(token);
        }
        body.putNull("token_strs");
        if (strings) {
            ArrayNode written = body.putArray("token_strs");
            tokens.spellings().forEach(written::add);
        }
        return () -> exchange.respond(body);
    }

    /// More than the model takes may be counted, but not without a bound.
    private static Tokenizer.Spelled tokens(Fields request, Text text, ServingModel model) {
        if (!new LongText(model.tokenizer(), text.text(), MOST_TOKENS).exceeds()) {
            Tokenizer.Spelled tokens = model.tokenizer().spelled(text.text(), text.withSpecial());
            if (tokens.ids().length <= MOST_TOKENS) {
                return tokens;
            }
        }
        throw request.wrong(text.field(), "has more than " + MOST_TOKENS + " tokens");
    }

    static Reply detokenize(Exchange exchange, ServingModel model) {
        Fields request = exchange.fields();
        JsonNode ids = request.node("tokens");
        if (!ids.isArray() || ids.size() > MOST_TOKENS) {
            throw request.wrong("tokens", "must be a list of at most " + MOST_TOKENS + " token ids");
        }
        int[] tokens = Prompt.tokenIds(request, "tokens", ids, model);
        ObjectNode body = JsonBody.MAPPER
                .createObjectNode()
                .put("prompt", model.tokenizer().decode(tokens, true));
        return () -> exchange.respond(body);
    }

    private static Text ofPrompt(Fields request) {
        String prompt = request.text("prompt").orElseThrow(() -> request.wrong("prompt", "or 'messages' is required"));
        return new Text(prompt, request.flagUnlessDenied("add_special_tokens"), "prompt");
    }

    private static Text ofMessages(Fields request, ServingModel model) {
        ArrayNode messages = Messages.read(request);
        ToolChoice tools = ToolChoice.read(request);
        boolean generation = request.flagUnlessDenied("add_generation_prompt");
        ObjectNode variables = request.object("chat_template_kwargs")
                .map(given -> ((ObjectNode) given.object()).deepCopy())
                .orElseGet(JsonBody.MAPPER::createObjectNode);
        Rendering rendering = model.template()
                .orElseThrow(() -> request.wrong("messages", "cannot be rendered: this model has no chat template"))
                .render(messages, tools.tools(), generation, variables);
        return switch (rendering) {
            case Rendering.Prompt(String text) -> new Text(text, request.flag("add_special_tokens"), "messages");
            case Rendering.Refused(String message) -> throw RefusedException.invalid("messages", message);
            case Rendering.Failed(String message) -> throw RefusedException.invalid("messages", message);
        };
    }
}
