package io.autoglm.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// A call without tags, which is all that the message begins with:
///
/// - GLM-4-0414: a tool's name on a line of its own, then its arguments as a JSON object
/// - Llama 3: `{"name": …, "parameters": {…}}`
///
/// Broken as soon as the text can be neither, for until then it is kept from the reader.
final class LeadingCall implements CallReader {

    private enum State {
        START,
        NAME,
        BEFORE_ARGUMENTS,
        ARGUMENTS,
        OBJECT
    }

    private final ToolSchemas tools;
    private final StringBuilder name = new StringBuilder();
    private final JsonObjectScan json = new JsonObjectScan();

    /// What has been read of [State#OBJECT], without whitespace, until it is known to begin like a call.
    private final StringBuilder opening = new StringBuilder();

    private State state = State.START;
    private boolean opened;
    private @Nullable Call call;

    LeadingCall(ToolSchemas tools) {
        this.tools = tools;
    }

    @Override
    public Call call() {
        if (call == null) {
            throw new IllegalStateException("the call is not complete");
        }
        return call;
    }

    @Override
    public Progress accept(char next) {
        return switch (state) {
            case START -> {
                state = next == '{' ? State.OBJECT : State.NAME;
                yield accept(next);
            }
            case NAME -> name(next);
            case BEFORE_ARGUMENTS -> {
                if (Character.isWhitespace(next)) {
                    yield Progress.OPEN;
                }
                state = State.ARGUMENTS;
                yield next == '{' ? accept(next) : Progress.BROKEN;
            }
            case ARGUMENTS -> {
                if (!json.accept(next)) {
                    yield Progress.OPEN;
                }
                JsonNode arguments = json.object();
                call = arguments == null ? null : new Call(name.toString(), arguments.toString());
                yield call == null ? Progress.BROKEN : Progress.DONE;
            }
            case OBJECT -> object(next);
        };
    }

    private Progress name(char next) {
        if (next == '\n' && tools.has(name.toString())) {
            state = State.BEFORE_ARGUMENTS;
            return Progress.OPEN;
        }
        name.append(next);
        return tools.hasPrefix(name.toString()) ? Progress.OPEN : Progress.BROKEN;
    }

    private Progress object(char next) {
        if (!opened && !beginsLikeACall(next)) {
            return Progress.BROKEN;
        }
        if (!json.accept(next)) {
            return Progress.OPEN;
        }
        JsonNode object = json.object();
        boolean complete = object != null && (object.has("parameters") || object.has("arguments"));
        Call read = object != null && complete ? TaggedCall.fromJson(object) : null;
        call = read != null && tools.has(read.name()) ? read : null;
        return call == null ? Progress.BROKEN : Progress.DONE;
    }

    private boolean beginsLikeACall(char next) {
        if (Character.isWhitespace(next)) {
            return true;
        }
        String so = opening.append(next).toString();
        opened = so.equals("{\"name\":") || so.equals("{\"type\":");
        return "{\"name\":".startsWith(so) || "{\"type\":".startsWith(so);
    }
}
