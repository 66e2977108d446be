package io.autoglm.inference.text;

/// Calls of DeepSeek V3.1 behind `<｜tool▁calls▁begin｜>`: for each `<｜tool▁call▁begin｜>`, the name,
/// `<｜tool▁sep｜>`, the arguments as a JSON object and `<｜tool▁call▁end｜>`; then `<｜tool▁calls▁end｜>`.
final class DeepSeekCalls implements CallReader {

    static final String MARK = "<｜tool▁calls▁begin｜>";

    private static final String CALL = "<｜tool▁call▁begin｜>";
    private static final String SEPARATOR = "<｜tool▁sep｜>";
    private static final String CALL_END = "<｜tool▁call▁end｜>";
    private static final String END = "<｜tool▁calls▁end｜>";

    private enum State {
        BEFORE_CALL,
        NAME,
        SEPARATOR,
        ARGUMENTS,
        AFTER_ARGUMENTS
    }

    private final CallSink sink;
    private final StringBuilder tag = new StringBuilder();
    private ToolName name = new ToolName();
    private ObjectCall call;
    private State state = State.BEFORE_CALL;

    DeepSeekCalls(CallSink sink) {
        this.sink = sink;
        this.call = new ObjectCall("", sink);
    }

    @Override
    public Progress accept(char next) {
        return switch (state) {
            case BEFORE_CALL -> tag(next, CALL, State.NAME, END);
            case NAME -> {
                if (next == '<' && !name.isEmpty()) {
                    state = State.SEPARATOR;
                    yield accept(next);
                }
                yield name.accept(next) ? Progress.OPEN : Progress.BROKEN;
            }
            case SEPARATOR -> {
                call = new ObjectCall(name.toString(), sink);
                yield tag(next, SEPARATOR, State.ARGUMENTS, SEPARATOR);
            }
            case ARGUMENTS -> {
                Progress progress = call.accept(next);
                if (progress != Progress.DONE) {
                    yield progress;
                }
                name = new ToolName();
                state = State.AFTER_ARGUMENTS;
                yield Progress.OPEN;
            }
            case AFTER_ARGUMENTS -> tag(next, CALL_END, State.BEFORE_CALL, CALL_END);
        };
    }

    /// @param other another tag that may come; [#END] ends all
    private Progress tag(char next, String expected, State then, String other) {
        if (tag.isEmpty() && Character.isWhitespace(next)) {
            return Progress.OPEN;
        }
        tag.append(next);
        String so = tag.toString();
        if (so.equals(expected)) {
            tag.setLength(0);
            state = then;
            return Progress.OPEN;
        }
        if (so.equals(END) && other.equals(END)) {
            return Progress.DONE;
        }
        return expected.startsWith(so) || other.startsWith(so) ? Progress.OPEN : Progress.BROKEN;
    }
}
