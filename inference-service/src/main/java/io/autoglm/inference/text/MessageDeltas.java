package io.autoglm.inference.text;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is certain of a message becomes deltas, those of a kind in one piece. The whitespace around calls and
/// reasoning is markup and is left away; that between words is let out with the next of them.
final class MessageDeltas {

    private final boolean trims;
    private final StringBuilder gap = new StringBuilder();
    private final StringBuilder content = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final StringBuilder arguments = new StringBuilder();
    private @Nullable String name;
    private List<AssistantDelta> deltas = new ArrayList<>();
    private int begun;
    private int complete;

    /// Nothing but whitespace since the last mark or call.
    private boolean behindMarkup;

    /// @param trims whitespace of the content might be before a call
    MessageDeltas(boolean trims) {
        this.trims = trims;
    }

    void content(char next) {
        if (Character.isWhitespace(next) && (behindMarkup || trims)) {
            gap.append(next);
            return;
        }
        flushReasoning();
        flushCall();
        append(next, content);
    }

    void reasoning(char next) {
        if (Character.isWhitespace(next)) {
            gap.append(next);
            return;
        }
        flushContent();
        append(next, reasoning);
    }

    private void append(char next, StringBuilder kind) {
        kind.append(behindMarkup ? "" : gap).append(next);
        gap.setLength(0);
        behindMarkup = false;
    }

    /// A mark was here.
    void mark() {
        gap.setLength(0);
        behindMarkup = true;
    }

    void open(String of) {
        flush();
        mark();
        name = of;
        begun++;
    }

    void arguments(String piece) {
        arguments.append(piece);
    }

    void close() {
        complete++;
    }

    /// Calls of which all is told.
    int complete() {
        return complete;
    }

    /// The content is over.
    void end() {
        content.append(behindMarkup ? "" : gap);
        gap.setLength(0);
    }

    List<AssistantDelta> take() {
        flush();
        List<AssistantDelta> taken = deltas;
        deltas = new ArrayList<>();
        return taken;
    }

    private void flush() {
        flushReasoning();
        flushContent();
        flushCall();
    }

    private void flushReasoning() {
        if (!reasoning.isEmpty()) {
            deltas.add(new AssistantDelta.Reasoning(take(reasoning)));
        }
    }

    private void flushContent() {
        if (!content.isEmpty()) {
            deltas.add(new AssistantDelta.Content(take(content)));
        }
    }

    private void flushCall() {
        if (name != null) {
            deltas.add(new AssistantDelta.ToolCall(begun - 1, name, take(arguments)));
            name = null;
        } else if (!arguments.isEmpty()) {
            deltas.add(new AssistantDelta.Arguments(begun - 1, take(arguments)));
        }
    }

    private static String take(StringBuilder from) {
        String text = from.toString();
        from.setLength(0);
        return text;
    }
}
