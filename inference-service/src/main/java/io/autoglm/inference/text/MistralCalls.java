package io.autoglm.inference.text;

/// Calls behind Mistral's `[TOOL_CALLS]`: a JSON list of `{"name": …, "arguments": {…}}`, or (tokenizers from v11 on)
/// one `name[ARGS]{…}`, perhaps with `[CALL_ID]` and an id behind the name, or `name{…}`.
final class MistralCalls implements CallReader {

    static final String MARK = "[TOOL_CALLS]";

    private static final String ARGUMENTS = "[ARGS]";
    private static final String ID = "[CALL_ID]";
    private static final int LONGEST_NAME = 256;

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
    private final StringBuilder name = new StringBuilder();
    private final StringBuilder mark = new StringBuilder();
    private final StringBuilder written = new StringBuilder();
    private final JsonScan scan = new JsonScan(written);
    private JsonCall item;
    private boolean begun;
    private State state = State.START;

    MistralCalls(CallSink sink) {
        this.sink = sink;
        this.item = item();
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
                Progress progress = item.accept(next);
                state = progress == Progress.DONE ? State.AFTER_ITEM : State.ITEM;
                yield progress == Progress.DONE ? Progress.OPEN : progress;
            }
            case AFTER_ITEM -> {
                if (next == ',') {
                    item = item();
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
            case ARGUMENTS -> arguments(next);
        };
    }

    private Progress name(char next) {
        if (Character.isLetterOrDigit(next) || "_-.:/".indexOf(next) >= 0) {
            name.append(next);
            return open(name.length() <= LONGEST_NAME);
        }
        if (name.isEmpty()) {
            return Progress.BROKEN;
        }
        if (next == '{') {
            return begin(next);
        }
        state = State.MARK;
        return mark(next);
    }

    private Progress mark(char next) {
        mark.append(next);
        String so = mark.toString();
        if (so.equals(ARGUMENTS)) {
            mark.setLength(0);
            state = State.ARGUMENTS;
            return Progress.OPEN;
        }
        if (so.equals(ID)) {
            state = State.ID;
            return Progress.OPEN;
        }
        return open(ARGUMENTS.startsWith(so) || ID.startsWith(so));
    }

    private Progress begin(char next) {
        state = State.ARGUMENTS;
        return arguments(next);
    }

    private Progress arguments(char next) {
        if (written.isEmpty() && !begun) {
            if (Character.isWhitespace(next)) {
                return Progress.OPEN;
            }
            if (next != '{') {
                return Progress.BROKEN;
            }
            begun = true;
            sink.open(name.toString());
        }
        JsonScan.Progress progress = scan.accept(next);
        sink.arguments(written.toString());
        written.setLength(0);
        if (progress == JsonScan.Progress.DONE) {
            sink.close();
            return Progress.DONE;
        }
        return open(progress == JsonScan.Progress.MORE);
    }

    private static Progress open(boolean right) {
        return right ? Progress.OPEN : Progress.BROKEN;
    }
}
