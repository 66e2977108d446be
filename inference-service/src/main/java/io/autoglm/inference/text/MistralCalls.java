package io.autoglm.inference.text;

/// Calls behind Mistral's `[TOOL_CALLS]`: a JSON list of `{"name": …, "arguments": {…}}`, or (tokenizers from
/// v11 on) one `name[ARGS]{…}`, perhaps with `[CALL_ID]` and an id behind the name, or `name{…}`.
final class MistralCalls implements CallReader {

    static final String MARK = "[TOOL_CALLS]";

    private static final String ARGUMENTS = "[ARGS]";
    private static final String ID = "[CALL_ID]";

    private enum State {
        START,
        ITEM,
        AFTER_ITEM,
        NAME,
        MARK,
        ID,
        ARGUMENTS
    }

    private final CallSink sink;
    private final ToolName name = new ToolName();
    private final StringBuilder mark = new StringBuilder();

    /// Reads the present call.
    private CallReader call;

    private State state = State.START;

    MistralCalls(CallSink sink) {
        this.sink = sink;
        this.call = item();
    }

    private JsonCall item() {
        return new JsonCall(any -> true, false, sink);
    }

    @Override
    public Progress accept(char next) {
        return switch (state) {
            case START -> {
                if (Character.isWhitespace(next)) {
                    yield Progress.OPEN;
                }
                state = next == '[' ? State.ITEM : State.NAME;
                yield next == '[' ? Progress.OPEN : name(next);
            }
            case ITEM -> {
                Progress progress = call.accept(next);
                state = progress == Progress.DONE ? State.AFTER_ITEM : State.ITEM;
                yield progress == Progress.DONE ? Progress.OPEN : progress;
            }
            case AFTER_ITEM -> {
                if (next == ',') {
                    call = item();
                    state = State.ITEM;
                }
                yield next == ']' ? Progress.DONE : open(next == ',' || Character.isWhitespace(next));
            }
            case NAME -> name(next);
            case MARK -> mark(next);
            case ID -> {
                // An id is of letters and digits.
                if (next == '[') {
                    mark.setLength(0);
                    state = State.MARK;
                    yield mark(next);
                }
                yield open(Character.isLetterOrDigit(next));
            }
            case ARGUMENTS -> call.accept(next);
        };
    }

    private Progress name(char next) {
        if (name.accept(next)) {
            return Progress.OPEN;
        }
        if (name.isEmpty()) {
            return Progress.BROKEN;
        }
        if (next == '{') {
            arguments();
            return call.accept(next);
        }
        state = State.MARK;
        return mark(next);
    }

    private Progress mark(char next) {
        mark.append(next);
        String so = mark.toString();
        if (so.equals(ARGUMENTS)) {
            arguments();
            return Progress.OPEN;
        }
        if (so.equals(ID)) {
            state = State.ID;
            return Progress.OPEN;
        }
        return open(ARGUMENTS.startsWith(so) || ID.startsWith(so));
    }

    private void arguments() {
        call = new ObjectCall(name.toString(), sink);
        state = State.ARGUMENTS;
    }

    private static Progress open(boolean right) {
        return right ? Progress.OPEN : Progress.BROKEN;
    }
}
