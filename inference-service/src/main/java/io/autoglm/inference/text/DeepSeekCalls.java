package io.autoglm.inference.text;

/// Calls of DeepSeek V3.1 behind `<｜tool▁calls▁begin｜>`: for each `<｜tool▁call▁begin｜>`, the name,
/// `<｜tool▁sep｜>`, the arguments as a JSON object and `<｜tool▁call▁end｜>`; then `<｜tool▁calls▁end｜>`.
final class DeepSeekCalls implements CallReader {

    static final String MARK = "<｜tool▁calls▁begin｜>";

    private static final String CALL = "<｜tool▁call▁begin｜>";
    private static final String SEPARATOR = "<｜tool▁sep｜>";
    private static final String CALL_END = "<｜tool▁call▁end｜>";
    private static final String END = "<｜tool▁calls▁end｜>";
    private static final int LONGEST_NAME = 256;

    private enum State {
        BEFORE_CALL,
        NAME,
        SEPARATOR,
        BEFORE_ARGUMENTS,
        ARGUMENTS,
        AFTER_ARGUMENTS
    }

    private final CallSink sink;
    private final StringBuilder name = new StringBuilder();
    private final StringBuilder tag = new StringBuilder();
    private final StringBuilder written = new StringBuilder();
    private JsonScan scan = new JsonScan(written);
    private State state = State.BEFORE_CALL;

    DeepSeekCalls(CallSink sink) {
        this.sink = sink;
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
                name.append(next);
                boolean belongs = Character.isLetterOrDigit(next) || "_-.:/".indexOf(next) >= 0;
                yield belongs && name.length() <= LONGEST_NAME ? Progress.OPEN : Progress.BROKEN;
            }
            case SEPARATOR -> tag(next, SEPARATOR, State.BEFORE_ARGUMENTS, SEPARATOR);
            case BEFORE_ARGUMENTS -> {
                if (Character.isWhitespace(next)) {
                    yield Progress.OPEN;
                }
                if (next != '{') {
                    yield Progress.BROKEN;
                }
                sink.open(name.toString());
                scan = new JsonScan(written);
                state = State.ARGUMENTS;
                yield accept(next);
            }
            case ARGUMENTS -> arguments(next);
            case AFTER_ARGUMENTS -> tag(next, CALL_END, State.BEFORE_CALL, CALL_END);
        };
    }

    private Progress arguments(char next) {
        JsonScan.Progress progress = scan.accept(next);
        sink.arguments(written.toString());
        written.setLength(0);
        if (progress == JsonScan.Progress.DONE) {
            sink.close();
            name.setLength(0);
            state = State.AFTER_ARGUMENTS;
            return Progress.OPEN;
        }
        return progress == JsonScan.Progress.MORE ? Progress.OPEN : Progress.BROKEN;
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
