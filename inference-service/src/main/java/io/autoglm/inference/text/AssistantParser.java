package io.autoglm.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Takes an answer apart as it streams: reasoning, content, tool calls.
///
/// It goes character by character, so that pieces of any size give the same message. A call is told as soon
/// as it is certain to be one, and its arguments as they come; what is not certain yet is held back, and is
/// content to the last character if it turns out to be none. The whitespace around calls and reasoning is
/// markup and is left away.
public final class AssistantParser {

    /// What is held back of something that is no call is looked through for another up to this length.
    private static final int LONGEST_REPLAY_CHARS = 4096;

    private enum State {
        /// Nothing yet but whitespace and perhaps a part of what opens reasoning.
        OPENING,
        REASONING,
        CONTENT
    }

    private final ToolSchemas tools;
    private final ToolFormat format;
    private final Reasoning marks;
    private final int mostCalls;
    private final MessageDeltas message;
    private State state;
    private long steps;
    private boolean wholeCalls;

    /// Characters to be looked at (again), the next first.
    private final Deque<Character> again = new ArrayDeque<>();

    /// Characters that may be the beginning of a mark, and how many are whitespace before it.
    private final StringBuilder held = new StringBuilder();

    private int leadingSpace;

    /// Null outside of calls.
    private @Nullable CallAttempt call;

    private boolean leadingCallPossible = true;

    /// @param tools             OpenAI's `tools` of the request; null or empty: markup of calls is plain text
    /// @param separateReasoning puts reasoning at the start of the answer into [AssistantDelta.Reasoning]
    /// @param insideReasoning   the prompt ends within reasoning, see [Reasoning#isOpenAt]
    /// @param mostCalls         after so many the message is over, whatever follows
    public AssistantParser(
            @Nullable JsonNode tools,
            AssistantMarkup markup,
            boolean separateReasoning,
            boolean insideReasoning,
            int mostCalls) {
        this.tools = new ToolSchemas(tools);
        this.format = this.tools.isEmpty() ? ToolFormat.NONE : markup.calls();
        this.marks = markup.reasoning();
        this.mostCalls = mostCalls;
        this.message = new MessageDeltas(!this.tools.isEmpty());
        this.state = !separateReasoning ? State.CONTENT : insideReasoning ? State.REASONING : State.OPENING;
        if (state == State.REASONING) {
            message.mark();
        }
    }

    /// A call is told when it is over, and is content where it never is. To be said before the first piece.
    public void tellWholeCalls() {
        wholeCalls = true;
    }

    /// @param text the next piece of the answer
    public List<AssistantDelta> append(String text) {
        for (int i = 0; i < text.length(); i++) {
            push(text.charAt(i));
        }
        return message.take();
    }

    /// The answer has ended: gives what was held back. What was not yet certain to be a call is the text that
    /// it is; one that was stays as far as it came.
    public List<AssistantDelta> end() {
        if (state == State.REASONING) {
            each(take(held), message::reasoning);
            return message.take();
        }
        if (state == State.OPENING) {
            state = State.CONTENT;
            each(take(held), this::push);
        }
        if (call != null && !call.told()) {
            each(call.before() + call.raw(), message::content);
        }
        call = null;
        each(take(held), message::content);
        message.end();
        return message.take();
    }

    /// Calls that are complete: `finish_reason` is `tool_calls` where there are any.
    public int toolCalls() {
        return message.complete();
    }

    /// The message has all the calls that it may have.
    public boolean finished() {
        return message.complete() >= mostCalls;
    }

    /// Calls were read, and their markup to its end.
    public boolean isBehindCall() {
        return message.complete() > 0 && call == null && held.isEmpty();
    }

    /// Characters that were looked at, those that were looked at again included: so many times a constant is
    /// the work.
    public long steps() {
        return steps;
    }

    private void push(char next) {
        again.push(next);
        while (!again.isEmpty() && !finished()) {
            steps++;
            step(again.pop());
        }
        again.clear();
    }

    /// These come before what is to be looked at next.
    private void again(String characters) {
        for (int i = characters.length() - 1; i >= 0; i--) {
            again.push(characters.charAt(i));
        }
    }

    private void step(char next) {
        switch (state) {
            case OPENING -> opening(next);
            case REASONING -> reasoning(next);
            case CONTENT -> {
                if (call != null) {
                    read(next, call);
                } else {
                    content(next);
                }
            }
        }
    }

    private void opening(char next) {
        held.append(next);
        if (leadingSpace == held.length() - 1 && Character.isWhitespace(next)) {
            leadingSpace++;
            return;
        }
        String start = held.substring(leadingSpace);
        if (start.equals(marks.open())) {
            held.setLength(0);
            state = State.REASONING;
            message.mark();
        } else if (!marks.open().startsWith(start)) {
            state = State.CONTENT;
            again(take(held));
        }
    }

    private void reasoning(char next) {
        held.append(next);
        while (!held.isEmpty() && !marks.close().startsWith(held.toString())) {
            message.reasoning(held.charAt(0));
            held.deleteCharAt(0);
        }
        if (held.toString().equals(marks.close())) {
            held.setLength(0);
            state = State.CONTENT;
            message.mark();
        }
    }

    private void content(char next) {
        held.append(next);
        String whole = held.toString();
        String possible = mayBegin(whole);
        if (possible == null) {
            held.setLength(0);
            again(whole.substring(1));
            plain(whole.charAt(0));
        } else if (possible.equals(whole)) {
            held.setLength(0);
            leadingCallPossible = false;
            call = new CallAttempt(whole, sink -> format.reader(whole, tools, sink), wholeCalls, message);
        }
    }

    /// The mark that begins so, or null.
    private @Nullable String mayBegin(String text) {
        for (String one : format.marks()) {
            if (one.startsWith(text)) {
                return one;
            }
        }
        return null;
    }

    /// A character that begins no mark.
    private void plain(char next) {
        if (leadingCallPossible && !Character.isWhitespace(next)) {
            leadingCallPossible = false;
            if (format.leads()) {
                boolean further = message.complete() > 0;
                call = new CallAttempt("", sink -> format.leading(further, tools, sink), wholeCalls, message);
                read(next, call);
                return;
            }
        }
        message.content(next);
    }

    private void read(char next, CallAttempt attempt) {
        switch (attempt.accept(next)) {
            case OPEN -> {}
            case DONE -> {
                call = null;
                leadingCallPossible = true;
            }
            case BROKEN -> giveUp(attempt);
        }
    }

    /// What was not told is text, but may hold another call.
    private void giveUp(CallAttempt attempt) {
        call = null;
        each(attempt.before(), message::content);
        String text = attempt.raw();
        if (text.length() > LONGEST_REPLAY_CHARS) {
            each(text, message::content);
        } else {
            again(text);
        }
    }

    private static void each(String text, Consumer<Character> sink) {
        for (int i = 0; i < text.length(); i++) {
            sink.accept(text.charAt(i));
        }
    }

    private static String take(StringBuilder from) {
        String text = from.toString();
        from.setLength(0);
        return text;
    }
}
