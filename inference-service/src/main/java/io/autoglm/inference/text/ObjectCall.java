package io.autoglm.inference.text;

/// The rest of a call whose name is known: its arguments, a JSON object, behind whitespace.
final class ObjectCall implements CallReader {

    private final String name;
    private final CallSink sink;
    private final StringBuilder written = new StringBuilder();
    private final JsonScan scan = new JsonScan(written);
    private boolean begun;

    ObjectCall(String name, CallSink sink) {
        this.name = name;
        this.sink = sink;
    }

    @Override
    public Progress accept(char next) {
        if (!begun) {
            if (Character.isWhitespace(next)) {
                return Progress.OPEN;
            }
            if (next != '{') {
                return Progress.BROKEN;
            }
            begun = true;
            sink.open(name);
        }
        JsonScan.Progress progress = scan.accept(next);
        sink.arguments(written.toString());
        written.setLength(0);
        return switch (progress) {
            case MORE -> Progress.OPEN;
            case DONE -> {
                sink.close();
                yield Progress.DONE;
            }
            case BEFORE, BROKEN -> Progress.BROKEN;
        };
    }
}
