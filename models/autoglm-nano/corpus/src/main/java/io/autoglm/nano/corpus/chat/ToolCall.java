package io.autoglm.nano.corpus.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A call of a function: its name and its arguments in order. Argument values are strings, numbers or booleans.
public record ToolCall(String name, Map<String, Object> arguments) {
    public ToolCall {
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }
}
