package io.autoglm.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// `{"name": …, "arguments": {…}}`, where Llama says `parameters`. Further keys do not matter. The arguments
/// are told as they come, once the name is known; those that come before it, or as a string that holds the
/// object, when the call is over.
final class JsonCall implements CallReader {

    private enum State {
        START,
        KEY,
        IN_KEY,
        COLON,
        VALUE,
        AFTER
    }

    private static final int LONGEST_KEY = 64;
    private static final int LONGEST_NAME = 256;
    private static final List<String> KEYS = List.of("name", "type", "arguments", "parameters", "id");

    private final Predicate<String> isTool;
    private final boolean bare;
    private final CallSink sink;
    private final StringBuilder key = new StringBuilder();
    private State state = State.START;
    private StringBuilder written = new StringBuilder();
    private JsonScan scan = new JsonScan(written);
    private @Nullable String name;
    private @Nullable String early;
    private boolean begun;
    private boolean streaming;
    private boolean opened;
    private boolean empty = true;

    /// @param isTool whether a name is one that may be called
    /// @param bare   nothing says that it is a call but itself: it has arguments, and no keys but a call's,
    ///               and is given up as soon as it cannot be one, for until then it is kept from the reader
    JsonCall(Predicate<String> isTool, boolean bare, CallSink sink) {
        this.isTool = isTool;
        this.bare = bare;
        this.sink = sink;
    }

    @Override
    public Progress accept(char next) {
        if (state == State.VALUE) {
            return value(next);
        }
        if (state == State.IN_KEY) {
            if (next == '"') {
                state = State.COLON;
                return Progress.OPEN;
            }
            key.append(next);
            boolean possible = !bare || KEYS.stream().anyMatch(one -> one.startsWith(key.toString()));
            return next == '\\' || key.length() > LONGEST_KEY || !possible ? Progress.BROKEN : Progress.OPEN;
        }
        if (JsonScan.isSpace(next)) {
            return Progress.OPEN;
        }
        return switch (state) {
            case START -> to(next == '{', State.KEY);
            case KEY -> {
                key.setLength(0);
                yield next == '}' && empty ? end() : to(next == '"', State.IN_KEY);
            }
            case COLON -> begin(next);
            case AFTER -> next == '}' ? end() : to(next == ',', State.KEY);
            default -> throw new IllegalStateException(state.toString());
        };
    }

    private Progress to(boolean right, State then) {
        state = then;
        return right ? Progress.OPEN : Progress.BROKEN;
    }

    private Progress begin(char next) {
        empty = false;
        written = new StringBuilder();
        scan = new JsonScan(written);
        begun = false;
        streaming = false;
        return to(next == ':', State.VALUE);
    }

    private Progress value(char next) {
        boolean first = !begun && !JsonScan.isSpace(next);
        begun |= first;
        if (first && next == '{' && isArguments() && name != null && !opened) {
            streaming = true;
            opened = true;
            sink.open(name);
        }
        if (bare && !isArguments() && written.length() > LONGEST_NAME) {
            return Progress.BROKEN;
        }
        JsonScan.Progress progress = scan.accept(next);
        if (streaming && !written.isEmpty()) {
            sink.arguments(written.toString());
            written.setLength(0);
        }
        return switch (progress) {
            case MORE -> Progress.OPEN;
            case BROKEN -> Progress.BROKEN;
            case DONE -> complete() ? Progress.OPEN : Progress.BROKEN;
            case BEFORE -> complete() ? accept(next) : Progress.BROKEN;
        };
    }

    private boolean isArguments() {
        return key.toString().equals("arguments") || key.toString().equals("parameters");
    }

    /// @return false if with this value it is no call
    private boolean complete() {
        state = State.AFTER;
        if (streaming) {
            sink.close();
            return true;
        }
        if (key.toString().equals("name")) {
            JsonNode text = ToolSchemas.parse(written.toString());
            name = text == null ? null : text.textValue();
            return name != null && !name.isBlank() && isTool.test(name);
        }
        if (isArguments() && !opened) {
            early = object(written.toString());
            return early != null;
        }
        return true;
    }

    /// @return null if it is none
    private static @Nullable String object(String json) {
        JsonNode value = ToolSchemas.parse(json);
        if (value == null) {
            return null;
        }
        return switch (value.getNodeType()) {
            case OBJECT -> json;
            case NULL -> "{}";
            case STRING -> {
                JsonNode inside = ToolSchemas.parse(value.textValue());
                yield inside != null && inside.isObject() ? value.textValue() : null;
            }
            default -> null;
        };
    }

    private Progress end() {
        if (name == null || (bare && !opened && early == null)) {
            return Progress.BROKEN;
        }
        if (!opened) {
            opened = true;
            sink.open(name);
            sink.arguments(early == null ? "{}" : early);
            sink.close();
        }
        sink.passed();
        return Progress.DONE;
    }
}
