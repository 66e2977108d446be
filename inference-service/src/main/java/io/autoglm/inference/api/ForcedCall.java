package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.template.ChatTemplate;
import io.autoglm.inference.template.Rendering;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How an answer begins that must call a tool: the words are put into the model's mouth, and it goes on from there.
///
/// They are found by asking the model's own template how it writes a call, so every family's form is covered.
final class ForcedCall {

    private static final String PROBE = "probe_of_a_call";
    private static final String ARGUMENT = "probe_of_an_argument";

    private ForcedCall() {}

    /// @param name the function to call; null for one of the model's choice
    /// @return empty where the template has no form for calls
    static Optional<String> opening(ChatTemplate template, @Nullable JsonNode tools, @Nullable String name) {
        Optional<String> withArgument = call(template, tools, true);
        Optional<String> without = call(template, tools, false);
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
    private static Optional<String> call(ChatTemplate template, @Nullable JsonNode tools, boolean argument) {
        ArrayNode messages = JsonBody.MAPPER.createArrayNode();
        messages.addObject().put("role", "user").put("content", "?");
        Optional<String> before = render(template, messages, tools, true);
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
        return before.flatMap(prompt -> render(template, messages, tools, false)
                .filter(all -> all.startsWith(prompt.stripTrailing()) && all.contains(PROBE))
                .map(all -> all.substring(Math.min(common(all, prompt).length(), all.indexOf(PROBE)))));
    }

    private static Optional<String> render(
            ChatTemplate template, ArrayNode messages, @Nullable JsonNode tools, boolean addGenerationPrompt) {
        Rendering rendering = template.render(messages, tools, addGenerationPrompt, JsonBody.MAPPER.createObjectNode());
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
