package io.autoglm.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes an answer apart as it streams: reasoning, content, tool calls.
///
/// It goes character by character, so that pieces of any size give the same message. A call is told as soon as it is
/// certain to be one, and its arguments as they come; what is not certain yet is held back, and is content to the
/// last character if it turns out to be none. The whitespace around calls and reasoning is markup and is left away.
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
    private final Calls calls = new Calls();
    private State state;

    /// Characters that may be the beginning of a mark.
    private final StringBuilder held = new StringBuilder();

    /// Whitespace that is let out with the next character of its kind.
    private final StringBuilder gap = new StringBuilder();

    /// What reads the present call, the mark before it, and what it was given and has not told.
    private @Nullable CallReader reader;

    private String mark = "";
    private final StringBuilder raw = new StringBuilder();

    /// It has told of a call: what it holds back is markup.
    private boolean told;

    private boolean leadingCallPossible;

    /// Nothing but whitespace since the last mark or call: it is left away.
    private boolean behindMarkup;

    private final StringBuilder content = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private List<AssistantDelta> deltas = new ArrayList<>();

    /// Of a model whose markup is not known.
    ///
    /// @param tools             OpenAI's `tools` of the request; null or empty: markup of calls is plain text
    /// @param separateReasoning puts reasoning at the start of the answer into [AssistantDelta.Reasoning]
    /// @param insideReasoning   the prompt ends within reasoning, see [Reasoning#isOpenAt]
    public AssistantParser(@Nullable JsonNode tools, boolean separateReasoning, boolean insideReasoning) {
        this(tools, AssistantMarkup.ANY, separateReasoning, insideReasoning, Integer.MAX_VALUE);
    }

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
        this.leadingCallPossible = true;
        this.state = !separateReasoning ? State.CONTENT : insideReasoning ? State.REASONING : State.OPENING;
        this.behindMarkup = state == State.REASONING;
    }

    /// @param text the next piece of the answer
    public List<AssistantDelta> append(String text) {
        for (int i = 0; i < text.length(); i++) {
            push(text.charAt(i));
        }
        return taken();
    }

    /// The answer has ended: gives what was held back. What was not yet certain to be a call is the text that it is;
    /// one that was stays as far as it came.
    public List<AssistantDelta> end() {
        switch (state) {
            case OPENING -> {
                state = State.CONTENT;
                replay(held);
            }
            case REASONING -> take(held).chars().forEach(c -> reason((char) c));
            case CONTENT -> {}
        }
        if (state == State.CONTENT) {
            String unread = mark + take(raw);
            if (!told) {
                unread.chars().forEach(c -> write((char) c));
            }
            reader = null;
            mark = "";
            take(held).chars().forEach(c -> write((char) c));
            content.append(behindMarkup ? "" : gap);
        }
        return taken();
    }

    /// Calls that are complete: `finish_reason` is `tool_calls` where there are any.
    public int toolCalls() {
        return calls.complete;
    }

    /// The message has all the calls that it may have.
    public boolean finished() {
        return calls.complete >= mostCalls;
    }

    /// Calls were read, and their markup to its end.
    public boolean isBehindCall() {
        return calls.complete > 0 && reader == null && held.isEmpty();
    }

    private void push(char next) {
        if (finished()) {
            return;
        }
        switch (state) {
            case OPENING -> opening(next);
            case REASONING -> reasoning(next);
            case CONTENT -> {
                if (reader != null) {
                    read(next, reader);
                } else {
                    content(next);
                }
            }
        }
    }

    private void opening(char next) {
        held.append(next);
        String start = held.toString().stripLeading();
        if (start.equals(marks.open())) {
            held.setLength(0);
            state = State.REASONING;
            behindMarkup = true;
        } else if (!marks.open().startsWith(start)) {
            state = State.CONTENT;
            replay(held);
        }
    }

    private void reasoning(char next) {
        held.append(next);
        while (!held.isEmpty() && !marks.close().startsWith(held.toString())) {
            char first = held.charAt(0);
            held.deleteCharAt(0);
            reason(first);
        }
        if (held.toString().equals(marks.close())) {
            held.setLength(0);
            gap.setLength(0);
            state = State.CONTENT;
            behindMarkup = true;
        }
    }

    private void reason(char next) {
        if (Character.isWhitespace(next)) {
            gap.append(next);
        } else {
            flush(content, true);
            reasoning.append(behindMarkup ? "" : take(gap)).append(next);
            gap.setLength(0);
            behindMarkup = false;
        }
    }

    private void content(char next) {
        held.append(next);
        String whole = held.toString();
        String possible = mayBegin(whole);
        if (possible == null) {
            held.setLength(0);
            plain(whole.charAt(0));
            whole.substring(1).chars().forEach(c -> push((char) c));
        } else if (possible.equals(whole)) {
            held.setLength(0);
            leadingCallPossible = false;
            start(whole, format.reader(whole, tools, calls));
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
            CallReader leading = format.leading(calls.complete > 0, tools, calls);
            if (leading != null) {
                start("", leading);
                read(next, leading);
                return;
            }
        }
        write(next);
    }

    private void start(String behind, CallReader call) {
        mark = behind;
        told = false;
        reader = call;
        raw.setLength(0);
    }

    private void read(char next, CallReader call) {
        raw.append(next);
        switch (call.accept(next)) {
            case OPEN -> {}
            case DONE -> {
                reader = null;
                mark = "";
                raw.setLength(0);
                leadingCallPossible = true;
            }
            case BROKEN -> giveUp();
        }
    }

    /// What was not told is text, but may hold another call.
    private void giveUp() {
        reader = null;
        String before = mark;
        mark = "";
        before.chars().forEach(c -> write((char) c));
        if (raw.length() > LONGEST_REPLAY_CHARS) {
            take(raw).chars().forEach(c -> write((char) c));
        } else {
            replay(raw);
        }
    }

    private void replay(StringBuilder characters) {
        take(characters).chars().forEach(c -> push((char) c));
    }

    private void write(char next) {
        if (Character.isWhitespace(next) && (behindMarkup || !tools.isEmpty())) {
            gap.append(next);
            return;
        }
        flush(reasoning, false);
        calls.flush();
        content.append(behindMarkup ? "" : take(gap)).append(next);
        gap.setLength(0);
        behindMarkup = false;
    }

    private static String take(StringBuilder from) {
        String text = from.toString();
        from.setLength(0);
        return text;
    }

    private void flush(StringBuilder text, boolean isContent) {
        if (!text.isEmpty()) {
            String taken = take(text);
            deltas.add(isContent ? new AssistantDelta.Content(taken) : new AssistantDelta.Reasoning(taken));
        }
    }

    private List<AssistantDelta> taken() {
        flush(reasoning, false);
        flush(content, true);
        calls.flush();
        List<AssistantDelta> taken = deltas;
        deltas = new ArrayList<>();
        return taken;
    }

    /// What the readers tell becomes deltas, the arguments of one piece of the answer together.
    private final class Calls implements CallSink {

        private int begun;
        private int complete;
        private @Nullable String name;
        private final StringBuilder arguments = new StringBuilder();

        @Override
        public void open(String of) {
            tell();
            gap.setLength(0);
            AssistantParser.this.flush(reasoning, false);
            AssistantParser.this.flush(content, true);
            flush();
            name = of;
            begun++;
            behindMarkup = true;
        }

        @Override
        public void arguments(String piece) {
            if (!piece.isEmpty()) {
                tell();
                arguments.append(piece);
            }
        }

        @Override
        public void close() {
            tell();
            complete++;
        }

        private void tell() {
            told = true;
            raw.setLength(0);
            mark = "";
        }

        void flush() {
            if (name != null) {
                deltas.add(new AssistantDelta.ToolCall(begun - 1, name, take(arguments)));
                name = null;
            } else if (!arguments.isEmpty()) {
                deltas.add(new AssistantDelta.Arguments(begun - 1, take(arguments)));
            }
        }
    }
}
