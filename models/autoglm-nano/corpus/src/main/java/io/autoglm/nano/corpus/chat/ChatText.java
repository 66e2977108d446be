package io.autoglm.nano.corpus.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A conversation as the model reads it. `chat_template.jinja` in the model directory renders the same text: what is
/// trained here is what is served.
///
/// ```
/// [gMASK]<sop><|system|>
/// # Tools
/// <tools>
/// {"name": …}
/// </tools><|system|>
/// Answer in JSON.<|user|>
/// …<|assistant|>
/// <tool_call>name
/// <arg_key>key</arg_key>
/// <arg_value>value</arg_value>
/// </tool_call><|observation|>
/// <tool_response>
/// …
/// </tool_response><|assistant|>
/// …
/// ```
public final class ChatText {
    public static final String START = "[gMASK]<sop>";
    public static final String SYSTEM = "<|system|>";
    public static final String USER = "<|user|>";
    public static final String ASSISTANT = "<|assistant|>";
    public static final String OBSERVATION = "<|observation|>";

    private ChatText() {}

    /// A stretch of the text; `spoken` is true for what the assistant itself produces, its closing role mark included.
    public record Part(String text, boolean spoken) {}

    /// The whole text up to and including the mark that asks the assistant to speak.
    public static String prompt(Conversation conversation) {
        var text = new StringBuilder();
        parts(conversation).forEach(part -> text.append(part.text()));
        return text.append(ASSISTANT).append('\n').toString();
    }

    /// The text in parts, for training: the last assistant message is closed by the mark that stops generation.
    public static List<Part> trainingParts(Conversation conversation) {
        List<Part> parts = parts(conversation);
        parts.add(new Part(closing(conversation.messages().getLast()), true));
        return parts;
    }

    private static String closing(Message last) {
        return last.toolCalls().isEmpty() ? USER : OBSERVATION;
    }

    private static List<Part> parts(Conversation conversation) {
        List<Part> parts = new ArrayList<>();
        parts.add(new Part(START + preamble(conversation), false));
        boolean spoken = false;
        Role before = Role.SYSTEM;
        for (Message message : conversation.messages()) {
            String mark = mark(message.role(), before);
            if (!mark.isEmpty()) {
                parts.add(new Part(mark, spoken));
            }
            spoken = message.role() == Role.ASSISTANT;
            parts.add(new Part(spoken || message.role() != Role.TOOL ? "\n" : "", false));
            parts.add(new Part(body(message), spoken));
            before = message.role();
        }
        return parts;
    }

    /// Tool responses that follow each other share one mark.
    private static String mark(Role role, Role before) {
        return switch (role) {
            case SYSTEM -> SYSTEM;
            case USER -> USER;
            case ASSISTANT -> ASSISTANT;
            case TOOL -> before == Role.TOOL ? "" : OBSERVATION;
        };
    }

    private static String body(Message message) {
        return switch (message.role()) {
            case SYSTEM, USER -> message.content();
            case TOOL -> "\n<tool_response>\n" + message.content() + "\n</tool_response>";
            case ASSISTANT -> {
                var text = new StringBuilder(message.content());
                for (ToolCall call : message.toolCalls()) {
                    text.append(text.isEmpty() ? "" : "\n").append(written(call));
                }
                yield text.toString();
            }
        };
    }

    private static String written(ToolCall call) {
        var text = new StringBuilder("<tool_call>").append(call.name());
        call.arguments()
                .forEach((key, value) -> text.append("\n<arg_key>")
                        .append(key)
                        .append("</arg_key>\n<arg_value>")
                        .append(value instanceof String string ? string : Json.write(value))
                        .append("</arg_value>"));
        return text.append("\n</tool_call>").toString();
    }

    private static String preamble(Conversation conversation) {
        var text = new StringBuilder();
        if (!conversation.tools().isEmpty()) {
            text.append(SYSTEM).append("\n# Tools\n<tools>\n");
            for (Map<String, Object> tool : conversation.tools()) {
                text.append(Json.write(tool.getOrDefault("function", tool))).append('\n');
            }
            text.append("</tools>");
        }
        Map<String, Object> format = conversation.responseFormat();
        if (format != null) {
            text.append(jsonLine(format));
        }
        return text.toString();
    }

    private static String jsonLine(Map<String, Object> format) {
        List<String> keys = keys(format);
        return switch (String.valueOf(format.get("type"))) {
            case "json_object" -> SYSTEM + "\nAnswer in JSON.";
            case "json_schema" ->
                SYSTEM + "\nAnswer in JSON" + (keys.isEmpty() ? "" : " with the keys " + String.join(", ", keys)) + ".";
            default -> "";
        };
    }

    private static List<String> keys(Map<String, Object> format) {
        return format.get("json_schema") instanceof Map<?, ?> named
                        && named.get("schema") instanceof Map<?, ?> schema
                        && schema.get("properties") instanceof Map<?, ?> properties
                ? properties.keySet().stream().map(String::valueOf).toList()
                : List.of();
    }
}
