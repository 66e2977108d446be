package io.autoglm.inference.text;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Set;

/// A call behind `<tool_call>`, in one of three forms:
///
/// - GLM-4.5 and later: `name`, then pairs of `<arg_key>k</arg_key>` and `<arg_value>v</arg_value>`,
///   whitespace between
/// - Qwen3-Coder: `<function=name>`, then `<parameter=k>`, a line break, the value, a line break and
///   `</parameter>` for each argument, and `</function>`
/// - Qwen and Hermes: `{"name": …, "arguments": {…}}`
///
/// and in all `</tool_call>` at the end. A value may contain any markup but its own end.
final class TaggedCall implements CallReader {

    static final String MARK = "<tool_call>";

    static final String FUNCTION = "<function=";

    private static final String END = "</tool_call>";
    private static final int LONGEST_KEY = 256;

    private enum State {
        START,
        NAME,
        FUNCTION_NAME,
        BEFORE_KEY,
        IN_KEY,
        BEFORE_VALUE,
        IN_VALUE,
        JSON,
        BEFORE_END
    }

    private final ToolSchemas tools;
    private final CallSink sink;
    private final JsonCall json;
    private final ToolName name = new ToolName();
    private final StringBuilder tag = new StringBuilder();
    private final StringBuilder text = new StringBuilder();
    private PairTags tags = PairTags.GLM;
    private boolean opened;
    private boolean several;

    /// The value is surely a string, which is told as it comes.
    private boolean streaming;

    private boolean begun;
    private String key = "";
    private State state = State.START;

    TaggedCall(ToolSchemas tools, CallSink sink) {
        this.tools = tools;
        this.sink = sink;
        this.json = new JsonCall(any -> true, false, sink);
    }

    /// Behind `<function=`, which Qwen3-Coder often writes without `<tool_call>` before it.
    static TaggedCall ofFunction(ToolSchemas tools, CallSink sink) {
        TaggedCall call = new TaggedCall(tools, sink);
        call.tags = PairTags.QWEN;
        call.state = State.FUNCTION_NAME;
        return call;
    }

    @Override
    public Progress accept(char next) {
        return switch (state) {
            case START -> start(next);
            case NAME -> name(next);
            case FUNCTION_NAME -> functionName(next);
            case BEFORE_KEY, BEFORE_VALUE, BEFORE_END -> tag(next);
            case IN_KEY -> {
                text.append(next);
                if (endsWith(tags.keyEnd())) {
                    key = text.toString().strip();
                    moveTo(State.BEFORE_VALUE);
                    yield tags.value().isEmpty() ? value() : Progress.OPEN;
                }
                yield text.length() > LONGEST_KEY + tags.keyEnd().length() ? Progress.BROKEN : Progress.OPEN;
            }
            case IN_VALUE -> value(next);
            case JSON -> {
                Progress progress = json.accept(next);
                if (progress == Progress.DONE) {
                    moveTo(State.BEFORE_END);
                    yield Progress.OPEN;
                }
                yield progress;
            }
        };
    }

    private Progress start(char next) {
        if (!tag.isEmpty() || next == '<') {
            tag.append(next);
            if (tag.toString().equals(FUNCTION)) {
                tags = PairTags.QWEN;
                moveTo(State.FUNCTION_NAME);
                return Progress.OPEN;
            }
            return FUNCTION.startsWith(tag.toString()) ? Progress.OPEN : Progress.BROKEN;
        }
        if (Character.isWhitespace(next)) {
            return Progress.OPEN;
        }
        state = next == '{' ? State.JSON : State.NAME;
        return accept(next);
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
        return Character.isWhitespace(next) ? Progress.OPEN : nameOf(next);
    }

    private Progress functionName(char next) {
        if (next == '>') {
            moveTo(State.BEFORE_KEY);
            return name.isEmpty() ? Progress.BROKEN : Progress.OPEN;
        }
        return nameOf(next);
    }

    private Progress nameOf(char next) {
        return name.accept(next) ? Progress.OPEN : Progress.BROKEN;
    }

    private Progress tag(char next) {
        if (tag.isEmpty() && Character.isWhitespace(next)) {
            return Progress.OPEN;
        }
        tag.append(next);
        String so = tag.toString();
        return switch (state) {
            case BEFORE_KEY -> so.equals(tags.key()) ? open(State.IN_KEY) : end(so, tags.end(), tags.key());
            case BEFORE_VALUE ->
                so.equals(tags.value()) ? value() : tags.value().startsWith(so) ? Progress.OPEN : Progress.BROKEN;
            default -> end(so, END, END);
        };
    }

    private Progress end(String so, String end, String other) {
        if (!so.equals(end)) {
            return end.startsWith(so) || other.startsWith(so) ? Progress.OPEN : Progress.BROKEN;
        }
        if (state == State.BEFORE_KEY) {
            begin();
            sink.arguments(several ? "}" : "{}");
            sink.close();
        }
        if (end.equals(END)) {
            return Progress.DONE;
        }
        return open(State.BEFORE_END);
    }

    private Progress open(State inside) {
        moveTo(inside);
        return Progress.OPEN;
    }

    /// It is a call.
    private void begin() {
        if (!opened) {
            opened = true;
            sink.open(name.toString());
        }
    }

    /// A value begins.
    private Progress value() {
        begin();
        Set<String> types = tools.types(name.toString(), key);
        streaming = types.equals(Set.of("string"));
        sink.arguments((several ? "," : "{") + TextNode.valueOf(key) + ":" + (streaming ? "\"" : ""));
        several = true;
        begun = false;
        return open(State.IN_VALUE);
    }

    private Progress value(char next) {
        if (!begun && tags.lines() && next == '\n') {
            begun = true;
            return Progress.OPEN;
        }
        begun = true;
        text.append(next);
        if (endsWith(tags.valueEnd())) {
            if (tags.lines() && !text.isEmpty() && text.charAt(text.length() - 1) == '\n') {
                text.setLength(text.length() - 1);
            }
            if (streaming) {
                tell(text.length());
                sink.arguments("\"");
            } else {
                sink.arguments(tools.value(name.toString(), key, text.toString()));
            }
            moveTo(State.BEFORE_KEY);
        } else if (streaming) {
            tell(text.length() - held());
        }
        return Progress.OPEN;
    }

    /// How much of what is written last may be the beginning of the value's end, and of the line break before
    /// it.
    private int held() {
        String end = tags.valueEnd();
        int length = Math.min(end.length() - 1, text.length());
        while (length > 0 && !end.startsWith(text.substring(text.length() - length))) {
            length--;
        }
        int before = text.length() - length - 1;
        return length + (tags.lines() && before >= 0 && text.charAt(before) == '\n' ? 1 : 0);
    }

    private void tell(int characters) {
        StringBuilder piece = new StringBuilder();
        for (int i = 0; i < characters; i++) {
            JsonString.appendEscaped(text.charAt(i), piece);
        }
        text.delete(0, characters);
        sink.arguments(piece.toString());
    }

    private void moveTo(State next) {
        state = next;
        tag.setLength(0);
        text.setLength(0);
    }

    /// Whether `text`, which then does not contain it, ends with `mark`.
    private boolean endsWith(String mark) {
        int start = text.length() - mark.length();
        if (start < 0 || text.charAt(text.length() - 1) != '>' || text.indexOf(mark, start) < 0) {
            return false;
        }
        text.setLength(start);
        return true;
    }
}
