package io.autoglm.inference.template;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// OpenAI's messages as templates expect them: the `arguments` of a tool call, a string of JSON on the wire, are
/// the object that the string holds (vLLM does the same; templates iterate over them). Everything else is as it
/// came.
final class Conversation {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Conversation() {}

    static Object values(JsonNode messages) {
        List<Object> values = new ArrayList<>(messages.size());
        for (JsonNode message : messages) {
            Object value = Values.of(message);
            values.add(
                    value instanceof Map<?, ?> map && map.get("tool_calls") instanceof List<?> calls
                            ? with(
                                    map,
                                    "tool_calls",
                                    calls.stream().map(Conversation::call).toList())
                            : value);
        }
        return values;
    }

    private static Object call(Object call) {
        if (call instanceof Map<?, ?> map
                && map.get("function") instanceof Map<?, ?> function
                && function.get("arguments") instanceof String arguments) {
            return with(map, "function", with(function, "arguments", parsed(arguments)));
        }
        return call;
    }

    /// The string itself where it holds no JSON object: a template that can take it will.
    private static Object parsed(String arguments) {
        if (arguments.isBlank()) {
            return Map.of();
        }
        try {
            JsonNode json = MAPPER.readTree(arguments);
            return json.isObject() ? Values.of(json) : arguments;
        } catch (JacksonException e) {
            return arguments;
        }
    }

    private static Map<Object, Object> with(Map<?, ?> map, String key, Object value) {
        Map<Object, Object> changed = new LinkedHashMap<>(map);
        changed.put(key, value);
        return changed;
    }
}
