package io.autoglm.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A call behind `<tool_call>`, in one of two forms:
///
/// - GLM-4.5 and later: `name`, then pairs of `<arg_key>k</arg_key>` and `<arg_value>v</arg_value>`, whitespace
///   between
/// - Qwen and Hermes: `{"name": …, "arguments": {…}}`
///
/// and in both `</tool_call>` at the end. A value may contain any markup but its own end.
final class TaggedCall implements CallReader {

    private static final String KEY = "<arg_key>";
    private static final String KEY_END = "</arg_key>";
    private static final String VALUE = "<arg_value>";
    private static final String VALUE_END = "</arg_value>";
    private static final String END = "</tool_call>";
    private static final int LONGEST_NAME = 256;

    private enum State {
        START,
        NAME,
        BEFORE_KEY,
        IN_KEY,
        BEFORE_VALUE,
        IN_VALUE,
        JSON,
        BEFORE_END
    }

    private final ToolSchemas tools;
    private final Map<String, String> arguments = new LinkedHashMap<>();
    private final JsonObjectScan json = new JsonObjectScan();
    private final StringBuilder name = new StringBuilder();
    private final StringBuilder tag = new StringBuilder();
    private final StringBuilder text = new StringBuilder();
    private String key = "";
    private State state = State.START;
    private @Nullable Call call;

    TaggedCall(ToolSchemas tools) {
        this.tools = tools;
    }

    @Override
    public Call call() {
        if (call == null) {
            throw new IllegalStateException("the call is not complete");
        }
        return call;
    }

    @Override
    public Progress accept(char next) {
        return switch (state) {
            case START -> start(next);
            case NAME -> name(next);
            case BEFORE_KEY, BEFORE_VALUE, BEFORE_END -> tag(next);
            case IN_KEY -> {
                if (endsWith(next, KEY_END)) {
                    key = text.toString().strip();
                    moveTo(State.BEFORE_VALUE);
                }
                yield Progress.OPEN;
            }
            case IN_VALUE -> {
                if (endsWith(next, VALUE_END)) {
                    arguments.put(key, tools.value(name.toString(), key, text.toString()));
                    moveTo(State.BEFORE_KEY);
                }
                yield Progress.OPEN;
            }
            case JSON -> {
                if (json.accept(next)) {
                    moveTo(State.BEFORE_END);
                }
                yield Progress.OPEN;
            }
        };
    }

    private Progress start(char next) {
        if (Character.isWhitespace(next)) {
            return Progress.OPEN;
        }
        if (next == '{') {
            state = State.JSON;
            json.accept(next);
            return Progress.OPEN;
        }
        state = State.NAME;
        return next == '<' ? Progress.BROKEN : name(next);
    }

    private Progress name(char next) {
        if (next == '\n') {
            moveTo(State.BEFORE_KEY);
            return Progress.OPEN;
        }
        if (next == '<') {
            moveTo(State.BEFORE_KEY);
            return tag(next);
        }
        if (Character.isWhitespace(next)) {
            return Progress.OPEN;
        }
        boolean belongs = Character.isLetterOrDigit(next) || "_-.:/".indexOf(next) >= 0;
        if (!belongs || name.length() == LONGEST_NAME) {
            return Progress.BROKEN;
        }
        name.append(next);
        return Progress.OPEN;
    }

    private Progress tag(char next) {
        if (tag.isEmpty() && Character.isWhitespace(next)) {
            return Progress.OPEN;
        }
        tag.append(next);
        String so = tag.toString();
        return switch (state) {
            case BEFORE_KEY -> so.equals(KEY) ? open(State.IN_KEY) : end(so, KEY);
            case BEFORE_VALUE ->
                so.equals(VALUE) ? open(State.IN_VALUE) : VALUE.startsWith(so) ? Progress.OPEN : Progress.BROKEN;
            default -> end(so, END);
        };
    }

    private Progress end(String so, String other) {
        if (so.equals(END)) {
            call = complete();
            return call == null ? Progress.BROKEN : Progress.DONE;
        }
        return END.startsWith(so) || other.startsWith(so) ? Progress.OPEN : Progress.BROKEN;
    }

    private @Nullable Call complete() {
        if (state == State.BEFORE_KEY) {
            String object = arguments.entrySet().stream()
                    .map(entry -> TextNode.valueOf(entry.getKey()) + ":" + entry.getValue())
                    .collect(Collectors.joining(",", "{", "}"));
            return new Call(name.toString(), object);
        }
        JsonNode object = json.object();
        return object == null ? null : fromJson(object);
    }

    /// `{"name": …, "arguments": {…}}`; Llama says `parameters`, and some models put the object into a string.
    ///
    /// @return null if it is not of that form
    static @Nullable Call fromJson(JsonNode object) {
        JsonNode arguments = object.has("arguments") ? object.path("arguments") : object.path("parameters");
        if (!object.path("name").isTextual() || object.path("name").textValue().isBlank()) {
            return null;
        }
        String name = object.path("name").textValue();
        if (arguments.isTextual()) {
            JsonNode inside = JsonObjectScan.object(arguments.textValue());
            return inside == null ? null : new Call(name, inside.toString());
        }
        return switch (arguments.getNodeType()) {
            case OBJECT -> new Call(name, arguments.toString());
            case MISSING, NULL -> new Call(name, "{}");
            default -> null;
        };
    }

    private Progress open(State inside) {
        moveTo(inside);
        return Progress.OPEN;
    }

    private void moveTo(State next) {
        state = next;
        tag.setLength(0);
        text.setLength(0);
    }

    /// Gathers `text` up to `mark`, which it then does not contain.
    private boolean endsWith(char next, String mark) {
        text.append(next);
        int start = text.length() - mark.length();
        if (start < 0 || next != '>' || !text.substring(start).equals(mark)) {
            return false;
        }
        text.setLength(start);
        return true;
    }
}
