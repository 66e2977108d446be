package io.autoglm.inference.text;

import java.util.function.Predicate;

/// A call without tags, which is all that the message begins with:
///
/// - GLM-4-0414: a tool's name on a line of its own, then its arguments as a JSON object
/// - Llama 3: `{"name": …, "parameters": {…}}`, several separated by `;`
///
/// Broken as soon as the text can be neither, for until then it is kept from the reader.
final class LeadingCall implements CallReader {

    private enum State {
        START,
        NAME,
        OBJECT
    }

    private final ToolSchemas tools;
    private final Predicate<Character> begins;
    private final CallSink sink;
    private final StringBuilder name = new StringBuilder();
    private CallReader object;
    private boolean separated;
    private State state = State.START;

    /// @param named   whether a line with a name begins one
    /// @param further whether there was one before it, from which `;` may separate it
    LeadingCall(ToolSchemas tools, boolean named, boolean further, CallSink sink) {
        this.tools = tools;
        this.begins = first -> first == '{' || (named && first != ';');
        this.separated = !further;
        this.sink = sink;
        this.object = new JsonCall(tools::has, true, sink);
    }

    @Override
    public Progress accept(char next) {
        return switch (state) {
            case START -> start(next);
            case NAME -> name(next);
            case OBJECT -> object.accept(next);
        };
    }

    private Progress start(char next) {
        if (next == ';' && !separated) {
            separated = true;
            return Progress.OPEN;
        }
        if (Character.isWhitespace(next)) {
            return Progress.OPEN;
        }
        if (!begins.test(next)) {
            return Progress.BROKEN;
        }
        state = next == '{' ? State.OBJECT : State.NAME;
        return accept(next);
    }

    private Progress name(char next) {
        if (next == '\n' && tools.has(name.toString())) {
            object = new ObjectCall(name.toString(), sink);
            state = State.OBJECT;
            return Progress.OPEN;
        }
        name.append(next);
        return tools.hasPrefix(name.toString()) ? Progress.OPEN : Progress.BROKEN;
    }
}
