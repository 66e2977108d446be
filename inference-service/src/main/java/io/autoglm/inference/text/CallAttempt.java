package io.autoglm.inference.text;

import java.util.function.Function;

/// What may be a call, or a part of several, while it is read. What was told of it is certain; the rest is
/// text as long as nothing was told, or if it breaks.
///
/// In a whole answer nothing is told of a call before its end, so that one without an end is text too.
final class CallAttempt implements CallSink {

    private final MessageDeltas message;
    private final CallReader reader;
    private final boolean whole;

    /// What was read before [#raw], certain to be a call, and is not told.
    private final StringBuilder before;

    private final StringBuilder raw = new StringBuilder();
    private final StringBuilder arguments = new StringBuilder();
    private String name = "";
    private boolean told;

    /// @param mark   that was before it; empty for none
    /// @param reader of what follows, by where it tells
    /// @param whole  tells of each call at its end
    CallAttempt(String mark, Function<CallSink, CallReader> reader, boolean whole, MessageDeltas message) {
        this.before = new StringBuilder(mark);
        this.whole = whole;
        this.message = message;
        this.reader = reader.apply(this);
    }

    CallReader.Progress accept(char next) {
        raw.append(next);
        CallReader.Progress progress = reader.accept(next);
        if (progress == CallReader.Progress.BROKEN && raw.isEmpty()) {
            // What was told with this character is what came before it.
            before.setLength(told ? 0 : before.length() - 1);
            raw.append(next);
        }
        return progress;
    }

    /// The mark, unless something was told, and in a whole answer what was read of a call.
    String before() {
        return before.toString();
    }

    /// What is neither told nor known to be of a call.
    String raw() {
        return raw.toString();
    }

    /// Whether it is a call that was told, or the markup behind one.
    boolean told() {
        return told;
    }

    @Override
    public void open(String of) {
        read();
        if (whole) {
            name = of;
        } else {
            message.open(of);
        }
    }

    @Override
    public void arguments(String piece) {
        if (!piece.isEmpty()) {
            read();
            if (whole) {
                arguments.append(piece);
            } else {
                message.arguments(piece);
            }
        }
    }

    @Override
    public void close() {
        if (whole) {
            message.open(name);
            message.arguments(arguments.toString());
            arguments.setLength(0);
        }
        tell();
        message.close();
    }

    @Override
    public void passed() {
        tell();
    }

    private void read() {
        if (whole) {
            before.append(raw);
            raw.setLength(0);
            told = false;
        } else {
            tell();
        }
    }

    private void tell() {
        told = true;
        before.setLength(0);
        raw.setLength(0);
    }
}
