package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.template.ChatTemplate;
import io.autoglm.inference.template.Rendering;
import io.autoglm.inference.text.AssistantParser;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How an answer begins that must call a tool: the words are put into the model's mouth, and it goes on from there.
///
/// They are found by asking the model's own template how it writes a call, so every family's form is covered.
final class ForcedCall {

    private static final String PROBE = "probe_of_a_call";
    private static final String ARGUMENT = "probe_of_an_argument";

    private ForcedCall() {}

    /// @param name      the function to call; null for one of the model's choice
    /// @param variables of the request's own rendering, which decide, say, whether the prompt opens `<think>`
    /// @return what follows the request's rendered prompt, closing the reasoning that it may have opened;
    ///         empty where the template has no form for calls
    static Optional<String> opening(
            ChatTemplate template, @Nullable JsonNode tools, @Nullable String name, ObjectNode variables) {
        Optional<String> withArgument = call(template, tools, variables, true);
        Optional<String> without = call(template, tools, variables, false);
        if (withArgument.isEmpty() || without.isEmpty()) {
            return Optional.empty();
        }
        String call = withArgument.get();
        int at = call.indexOf(PROBE);
        if (name == null) {
            return Optional.of(call.substring(0, at));
        }
        return Optional.of(common(call, without.get()).replace(PROBE, name));
    }

    /// What the template writes behind the generation prompt for an assistant that calls the probe.
    private static Optional<String> call(
            ChatTemplate template, @Nullable JsonNode tools, ObjectNode variables, boolean argument) {
        ArrayNode messages = JsonBody.MAPPER.createArrayNode();
        messages.addObject().put("role", "user").put("content", "?");
        Optional<String> before = render(template, messages, tools, variables, true);
        ObjectNode function = JsonBody.MAPPER.createObjectNode().put("name", PROBE);
        ObjectNode arguments = function.putObject("arguments");
        if (argument) {
            arguments.put(ARGUMENT, "1");
        }
        ObjectNode assistant = messages.addObject().put("role", "assistant").putNull("content");
        assistant
                .putArray("tool_calls")
                .addObject()
                .put("id", "call_0")
                .put("type", "function")
                .set("function", function);
        return before.flatMap(
                prompt -> render(template, messages, tools, variables, false).flatMap(all -> behind(prompt, all)));
    }

    /// @param all the conversation with the call in it
    private static Optional<String> behind(String prompt, String all) {
        String kept = prompt.stripTrailing();
        if (!all.contains(PROBE)) {
            return Optional.empty();
        }
        if (!AssistantParser.opensReasoning(prompt)) {
            return all.startsWith(kept) ? Optional.of(rest(prompt, all)) : Optional.empty();
        }
        if (all.startsWith(kept)) {
            return Optional.of(closed(rest(prompt, all)));
        }
        // Many templates leave the reasoning of earlier turns away, and its marks with it.
        String without = kept.substring(0, kept.length() - AssistantParser.REASONING.length());
        if (!all.startsWith(without.stripTrailing())) {
            return Optional.empty();
        }
        String rest = rest(without, all).stripLeading();
        return Optional.of(closed(rest.startsWith(AssistantParser.REASONING) ? rest.substring(AssistantParser.REASONING.length()) : rest));
    }

    /// Behind reasoning that is over.
    private static String closed(String call) {
        int end = call.indexOf(AssistantParser.REASONING_END);
        return end >= 0 && end < call.indexOf(PROBE) ? call : AssistantParser.REASONING_END + "\n\n" + call;
    }

    private static String rest(String prompt, String all) {
        return all.substring(Math.min(common(all, prompt).length(), all.indexOf(PROBE)));
    }

    private static Optional<String> render(
            ChatTemplate template,
            ArrayNode messages,
            @Nullable JsonNode tools,
            ObjectNode variables,
            boolean addGenerationPrompt) {
        Rendering rendering = template.render(messages, tools, addGenerationPrompt, variables);
        return rendering instanceof Rendering.Prompt(String text) ? Optional.of(text) : Optional.empty();
    }

    /// The common beginning, without an opening bracket at its end: which bracket token follows is the model's choice.
    private static String common(String one, String other) {
        int length = 0;
        while (length < Math.min(one.length(), other.length()) && one.charAt(length) == other.charAt(length)) {
            length++;
        }
        while (length > 0 && "<{[".indexOf(one.charAt(length - 1)) >= 0) {
            length--;
        }
        return one.substring(0, length);
    }
}
