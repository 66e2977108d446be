package io.autoglm.nano.corpus.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What came back: the text, and the tool calls taken out of it.
public record Answer(String content, List<ToolCall> toolCalls) {
    private static final Pattern CALL = Pattern.compile("<tool_call>(.*?)</tool_call>", Pattern.DOTALL);
    private static final Pattern ARGUMENT =
            Pattern.compile("<arg_key>(.*?)</arg_key>\\s*<arg_value>(.*?)</arg_value>", Pattern.DOTALL);

    public Answer {
        toolCalls = List.copyOf(toolCalls);
    }

    public static Answer of(Message message) {
        return new Answer(message.content(), message.toolCalls());
    }

    /// Reads the model's own notation, where argument values stay strings.
    public static Answer ofText(String text) {
        List<ToolCall> calls = new ArrayList<>();
        Matcher call = CALL.matcher(text);
        while (call.find()) {
            String body = call.group(1);
            Map<String, Object> arguments = new LinkedHashMap<>();
            Matcher argument = ARGUMENT.matcher(body);
            while (argument.find()) {
                arguments.put(argument.group(1).strip(), argument.group(2));
            }
            int end = body.indexOf("<arg_key>");
            calls.add(new ToolCall((end < 0 ? body : body.substring(0, end)).strip(), arguments));
        }
        return new Answer(CALL.matcher(text).replaceAll("").strip(), calls);
    }
}
