package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.ServingModel;
import io.autoglm.inference.grammar.AnswerForm;
import io.autoglm.inference.template.ChatTemplate;
import io.autoglm.inference.template.Rendering;
import io.autoglm.inference.text.AssistantParser;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `POST /v1/chat/completions`.
final class ChatCompletions {

    private ChatCompletions() {}

    static Reply prepare(Exchange exchange, ServingModel model) {
        Fields request = exchange.fields();
        AnswerOptions options = AnswerOptions.read(request, model.defaults());
        ArrayNode messages = Messages.read(request);
        ToolChoice choice = ToolChoice.read(request);
        if (choice.tools() != null && options.hasForm()) {
            throw request.wrong(
                    "response_format",
                    "cannot be kept together with 'tools', since a call is not of that form; set 'tool_choice' to none");
        }
        ChatTemplate template = model.template()
                .orElseThrow(() -> RefusedException.invalid(
                        "messages", "This model has no chat template; ask /v1/completions with a plain prompt"));

        ObjectNode variables = variables(request);
        String rendered = render(template, messages, choice, variables);
        ForcedCall forced = forced(request, template, choice, variables);
        AnswerForm form = forced == null
                ? model.format().form(options.responseFormat())
                : model.format().call(forced.markup(), tools(choice), choice.name());
        String opening = forced == null ? "" : forced.opening(choice.name());
        int[] tokens = Prompt.encode(model, rendered + opening, false, "messages");
        boolean reasons = AssistantParser.opensReasoning(rendered);
        Supplier<AssistantParser> parser = () -> {
            AssistantParser fresh = new AssistantParser(choice.tools(), true, reasons);
            if (!opening.isEmpty()) {
                fresh.append(opening);
            }
            return fresh;
        };

        Envelope envelope = Answer.envelope("chatcmpl-", exchange, model);
        Logprobs logprobs = options.sampling().wantsLogprobs()
                ? new Logprobs(model.tokenizer().bytes())
                : null;
        List<int[]> prompts = new ArrayList<>(Collections.nCopies(options.n(), tokens));
        return new Answer(exchange, model, options, new ChatWire(envelope, logprobs))
                .prepare(
                        prompts,
                        new Answer.Reading("messages", parser, form, reasons && forced == null),
                        tokens.length);
    }

    private static @Nullable ForcedCall forced(
            Fields request, ChatTemplate template, ToolChoice choice, ObjectNode variables) {
        if (!choice.must()) {
            return null;
        }
        if (request.flag("ignore_eos")) {
            throw request.wrong("ignore_eos", "cannot be kept together with a call that 'tool_choice' asks for");
        }
        return ForcedCall.of(template, tools(choice), variables)
                .orElseThrow(() -> request.wrong(
                        "tool_choice", "cannot be forced: this model's template has no tool calls that can be read"));
    }

    /// Where a call is asked for there are some.
    private static JsonNode tools(ToolChoice choice) {
        return Objects.requireNonNull(choice.tools());
    }

    /// What the template may ask for beside the messages.
    private static ObjectNode variables(Fields request) {
        JsonNode kwargs =
                request.object("chat_template_kwargs").map(Fields::object).orElseGet(JsonBody.MAPPER::createObjectNode);
        ObjectNode variables = ((ObjectNode) kwargs).deepCopy();
        if (request.has("response_format")) {
            variables.set("response_format", request.node("response_format"));
        }
        return variables;
    }

    private static String render(ChatTemplate template, ArrayNode messages, ToolChoice choice, ObjectNode variables) {
        return switch (template.render(messages, choice.tools(), true, variables)) {
            case Rendering.Prompt(String text) -> text;
            case Rendering.Refused(String message) -> throw RefusedException.invalid("messages", message);
            case Rendering.Failed(String message) ->
                throw RefusedException.invalid(
                        "messages", "The model's chat template cannot write this conversation: " + message);
        };
    }
}
