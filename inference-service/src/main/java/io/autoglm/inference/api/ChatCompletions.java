package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.ServingModel;
import io.autoglm.inference.grammar.AnswerForm;
import io.autoglm.inference.template.ChatTemplate;
import io.autoglm.inference.template.Rendering;
import io.autoglm.inference.text.AssistantParser;
import io.autoglm.inference.text.Reasoning;
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
        AnswerOptions options = AnswerOptions.read(request, model);
        ArrayNode messages = Messages.read(request);
        ToolChoice choice = ToolChoice.read(request);
        if (choice.tools() != null && options.form().isAsked()) {
            throw request.wrong(
                    options.form().field(),
                    "cannot be kept together with 'tools', since a call is not of that form; set 'tool_choice' to none");
        }
        ChatTemplate template = model.template()
                .orElseThrow(() -> RefusedException.invalid(
                        "messages", "This model has no chat template; ask /v1/completions with a plain prompt"));

        ObjectNode variables = variables(request);
        boolean prompted = request.flagUnlessDenied("add_generation_prompt");
        boolean continued = request.flag("continue_final_message");
        checkContinuation(request, prompted, continued, choice);
        String rendered = render(template, messages, choice, prompted, variables);
        if (continued) {
            rendered = OpenEnd.of(rendered, messages);
        }
        Reasoning marks = model.markup().reasoning();
        ForcedCall forced = forced(request, model, template, choice, variables);
        AnswerForm form = forced == null
                ? options.form().of(model.format())
                : model.format().call(forced.markup(), tools(choice), choice.name());
        String opening = forced == null ? "" : forced.opening(choice.name());
        boolean special = request.flag("add_special_tokens");
        Truncation truncation = options.truncation(request, model);
        int[] tokens =
                Prompt.fitting(model, truncation.tokens(model, rendered + opening, special, "messages"), 1, "messages");
        boolean reasons = continued ? OpenEnd.reasons(messages, marks) : marks.isOpenAt(rendered);
        int mostCalls = request.flagUnlessDenied("parallel_tool_calls") ? Integer.MAX_VALUE : 1;
        Supplier<AssistantParser> parser = () -> {
            AssistantParser fresh = new AssistantParser(choice.tools(), model.markup(), true, reasons, mostCalls);
            if (!options.stream()) {
                fresh.tellWholeCalls();
            }
            if (!opening.isEmpty()) {
                fresh.append(opening);
            }
            return fresh;
        };

        Envelope envelope = Answer.envelope("chatcmpl-", exchange, model, options);
        Logprobs logprobs = options.sampling().wantsLogprobs()
                ? new Logprobs(model.tokenizer().bytes())
                : null;
        String echoed = request.flag("echo") ? OpenEnd.ofAssistant(messages) : "";
        List<int[]> prompts = new ArrayList<>(Collections.nCopies(options.n(), tokens));
        return new Answer(exchange, model, options, new ChatWire(envelope, logprobs, echoed))
                .prepare(
                        prompts,
                        new Answer.Reading("messages", parser, continued, form, reasons && forced == null),
                        tokens.length);
    }

    /// vLLM's rules.
    private static void checkContinuation(Fields request, boolean prompted, boolean continued, ToolChoice choice) {
        if (continued && prompted) {
            throw request.wrong("continue_final_message", "needs 'add_generation_prompt' to be false");
        }
        if (!prompted && choice.must()) {
            throw request.wrong(
                    "add_generation_prompt",
                    "must be true for a call that 'tool_choice' asks for: it begins a message");
        }
    }

    private static @Nullable ForcedCall forced(
            Fields request, ServingModel model, ChatTemplate template, ToolChoice choice, ObjectNode variables) {
        if (!choice.must()) {
            return null;
        }
        if (request.flag("ignore_eos")) {
            throw request.wrong("ignore_eos", "cannot be kept together with a call that 'tool_choice' asks for");
        }
        return ForcedCall.of(template, model.markup(), tools(choice), variables)
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
        if (request.has("documents")) {
            if (!request.node("documents").isArray()) {
                throw request.wrong("documents", "must be a list");
            }
            variables.set("documents", request.node("documents"));
        }
        request.text("reasoning_effort").ifPresent(effort -> variables.put("reasoning_effort", effort));
        if (request.has("response_format")) {
            variables.set("response_format", request.node("response_format"));
        }
        return variables;
    }

    private static String render(
            ChatTemplate template,
            ArrayNode messages,
            ToolChoice choice,
            boolean addGenerationPrompt,
            ObjectNode variables) {
        return switch (template.render(messages, choice.tools(), addGenerationPrompt, variables)) {
            case Rendering.Prompt(String text) -> text;
            case Rendering.Refused(String message) -> throw RefusedException.invalid("messages", message);
            case Rendering.Failed(String message) ->
                throw RefusedException.invalid(
                        "messages", "The model's chat template cannot write this conversation: " + message);
        };
    }
}
