package io.autoglm.inference.text;

import java.util.function.Function;

/// What may be a call, or a part of several, while it is read. What was told of it is certain; the rest is
/// text as long as nothing was told, or if it breaks.
final class CallAttempt implements CallSink {

    private final MessageDeltas message;
    private final CallReader reader;
    private final StringBuilder raw = new StringBuilder();
    private String mark;
    private boolean told;

    /// @param mark   that was before it; empty for none
    /// @param reader of what follows, by where it tells
    CallAttempt(String mark, Function<CallSink, CallReader> reader, MessageDeltas message) {
        this.mark = mark;
        this.message = message;
        this.reader = reader.apply(this);
    }

    CallReader.Progress accept(char next) {
        raw.append(next);
        return reader.accept(next);
    }

    /// The mark, unless something was told.
    String mark() {
        return mark;
    }

    /// What it was given and has not told.
    String raw() {
        return raw.toString();
    }

    boolean told() {
        return told;
    }

    @Override
    public void open(String name) {
        tell();
        message.open(name);
    }

    @Override
    public void arguments(String piece) {
        if (!piece.isEmpty()) {
            tell();
            message.arguments(piece);
        }
    }

    @Override
    public void close() {
        tell();
        message.close();
    }

    private void tell() {
        told = true;
        raw.setLength(0);
        mark = "";
    }
}
