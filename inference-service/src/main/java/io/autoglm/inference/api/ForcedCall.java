package io.autoglm.inference.api;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.grammar.CallMarkup;
import io.autoglm.inference.template.ChatTemplate;
import io.autoglm.inference.template.Rendering;
import io.autoglm.inference.text.AssistantDelta;
import io.autoglm.inference.text.AssistantMarkup;
import io.autoglm.inference.text.AssistantParser;
import io.autoglm.inference.text.Reasoning;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How an answer is written that must call a tool: it begins with words that are put into the model's
/// mouth, and goes on in the markup of a call.
///
/// Both are found by asking the model's own template how it writes a call, and our own reader where it
/// ends: so every form is covered that one writes and the other reads.
///
/// @param beginning what follows the request's rendered prompt up to the tool's name, closing the
///                  reasoning that it may have opened
record ForcedCall(String beginning, CallMarkup markup) {

    private static final String PROBE = "probe_of_a_call";
    private static final List<String> KEYS = List.of("probe_of_an_argument", "probe_of_another");
    private static final List<String> VALUES = List.of("probe_of_a_value", "probe_of_the_last_one");
    private static final JsonNode PROBES = probes();

    /// Mistral's templates insist on nine letters and digits.
    private static final String ID = "call00000";

    /// @param variables of the request's own rendering, which decide, say, whether the prompt opens `<think>`
    /// @return empty where the template has no form for calls, or one that cannot be read
    static Optional<ForcedCall> of(
            ChatTemplate template, AssistantMarkup markup, JsonNode tools, ObjectNode variables) {
        Probing probing = new Probing(template, markup, tools, variables);
        return probing.call(KEYS.size()).flatMap(call -> probing.call(0).flatMap(none -> of(call, none)));
    }

    /// @param name the function to call; null for one of the model's choice
    String opening(@Nullable String name) {
        return name == null ? beginning : beginning + name + markup.certain();
    }

    /// @param call with two arguments
    /// @param none the same without
    private static Optional<ForcedCall> of(String call, String none) {
        int at = call.indexOf(PROBE);
        String beginning = call.substring(0, at);
        if (!none.startsWith(beginning + PROBE)) {
            return Optional.empty();
        }
        String rest = call.substring(at + PROBE.length());
        return json(rest)
                .or(() -> pairs(rest, none.substring(at + PROBE.length())))
                .map(markup -> new ForcedCall(beginning, markup));
    }

    private static Optional<CallMarkup> json(String rest) {
        int from = rest.lastIndexOf('{', Math.max(0, rest.indexOf(KEYS.getFirst())));
        int to = rest.indexOf('}', Math.max(0, rest.indexOf(VALUES.getLast())));
        if (from < 0 || to < from || !isArguments(rest.substring(from, to + 1))) {
            return Optional.empty();
        }
        // Mistral's templates write an id, which its models do not.
        String end = rest.substring(to + 1).replace(", \"id\": \"" + ID + "\"", "");
        return Optional.of(new CallMarkup.Json(rest.substring(0, from), end));
    }

    private static Optional<CallMarkup> pairs(String rest, String none) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (String probe : List.of(KEYS.getFirst(), VALUES.getFirst(), KEYS.getLast(), VALUES.getLast())) {
            int to = rest.indexOf(probe, from);
            if (to < 0) {
                return Optional.empty();
            }
            parts.add(rest.substring(from, to));
            from = to + probe.length();
        }
        String end = rest.substring(from);
        return CallMarkup.Pairs.of(none, parts.get(0), parts.get(1), parts.get(2), end)
                .filter(pairs -> parts.get(3).equals(pairs.middle()))
                .map(CallMarkup.class::cast);
    }

    private static boolean isArguments(String json) {
        return isJson(json, arguments(KEYS.size()));
    }

    private static boolean isJson(String json, JsonNode expected) {
        try {
            return JsonBody.MAPPER.readTree(json).equals(expected);
        } catch (JacksonException e) {
            return false;
        }
    }

    private static ObjectNode arguments(int count) {
        ObjectNode arguments = JsonBody.MAPPER.createObjectNode();
        for (int i = 0; i < count; i++) {
            arguments.put(KEYS.get(i), VALUES.get(i));
        }
        return arguments;
    }

    private static JsonNode probes() {
        ArrayNode tools = JsonBody.MAPPER.createArrayNode();
        tools.addObject().putObject("function").put("name", PROBE).putObject("parameters");
        return tools;
    }

    /// Asks a model's template.
    ///
    /// @param variables of the request's own rendering
    private record Probing(ChatTemplate template, AssistantMarkup markup, JsonNode tools, ObjectNode variables) {

        /// What the template writes behind the generation prompt for an assistant that calls the probe, up to
        /// where the call has been read.
        Optional<String> call(int arguments) {
            ArrayNode messages = JsonBody.MAPPER.createArrayNode();
            messages.addObject().put("role", "user").put("content", "?");
            Optional<String> before = render(messages, true);
            ObjectNode function = JsonBody.MAPPER.createObjectNode().put("name", PROBE);
            function.set("arguments", arguments(arguments));
            ObjectNode assistant = messages.addObject().put("role", "assistant").putNull("content");
            assistant
                    .putArray("tool_calls")
                    .addObject()
                    .put("id", ID)
                    .put("type", "function")
                    .set("function", function);
            return before.flatMap(prompt -> render(messages, false)
                    .flatMap(all -> behind(prompt, all))
                    .flatMap(call -> whole(call, markup.reasoning().isOpenAt(prompt), arguments(arguments))));
        }

        /// The beginning that the reader takes for the call.
        private Optional<String> whole(String text, boolean reasons, ObjectNode arguments) {
            AssistantParser reader = new AssistantParser(PROBES, markup, true, reasons, Integer.MAX_VALUE);
            WholeChoice.Builder read = new WholeChoice.Builder();
            for (int i = 0; i < text.length(); i++) {
                reader.append(text.substring(i, i + 1)).forEach(read::add);
                if (reader.isBehindCall()) {
                    List<AssistantDelta.ToolCall> calls = read.build().toolCalls();
                    boolean same = calls.size() == 1
                            && calls.getFirst().name().equals(PROBE)
                            && isJson(calls.getFirst().arguments(), arguments);
                    return same ? Optional.of(text.substring(0, i + 1)) : Optional.empty();
                }
            }
            return Optional.empty();
        }

        /// @param all the conversation with the call in it
        private Optional<String> behind(String prompt, String all) {
            Reasoning reasoning = markup.reasoning();
            String kept = prompt.stripTrailing();
            if (!all.contains(PROBE)) {
                return Optional.empty();
            }
            if (!reasoning.isOpenAt(prompt)) {
                return all.startsWith(kept) ? Optional.of(rest(prompt, all)) : Optional.empty();
            }
            if (all.startsWith(kept)) {
                return Optional.of(closed(rest(prompt, all)));
            }
            // Many templates leave the reasoning of earlier turns away, and its marks with it.
            String without = kept.substring(0, kept.length() - reasoning.open().length());
            if (!all.startsWith(without.stripTrailing())) {
                return Optional.empty();
            }
            String rest = rest(without, all).stripLeading();
            return Optional.of(closed(
                    rest.startsWith(reasoning.open())
                            ? rest.substring(reasoning.open().length())
                            : rest));
        }

        /// Behind reasoning that is over.
        private String closed(String call) {
            String mark = markup.reasoning().close();
            int end = call.indexOf(mark);
            return end >= 0 && end < call.indexOf(PROBE) ? call : mark + "\n\n" + call;
        }

        private Optional<String> render(ArrayNode messages, boolean addGenerationPrompt) {
            Rendering rendering = template.render(messages, tools, addGenerationPrompt, variables);
            return rendering instanceof Rendering.Prompt(String text) ? Optional.of(text) : Optional.empty();
        }
    }

    private static String rest(String prompt, String all) {
        return all.substring(Math.min(common(all, prompt).length(), all.indexOf(PROBE)));
    }

    private static String common(String one, String other) {
        int length = 0;
        while (length < Math.min(one.length(), other.length()) && one.charAt(length) == other.charAt(length)) {
            length++;
        }
        return one.substring(0, length);
    }
}
