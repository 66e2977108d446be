package io.autoglm.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes an answer apart as it streams: reasoning, content, tool calls.
///
/// It goes character by character, so that pieces of any size give the same message. A call is given whole, once
/// its end has been read: until then it could still turn out to be broken, and a broken call is content, every
/// character of it. The whitespace around calls and reasoning is markup and is left away.
public final class AssistantParser {

    /// What begins the reasoning of a model that shows it.
    public static final String REASONING = "<think>";

    /// What ends the reasoning of a model that shows it.
    public static final String REASONING_END = "</think>";

    private static final String CALL = "<tool_call>";

    private enum State {
        /// Nothing yet but whitespace and perhaps a part of `<think>`.
        OPENING,
        REASONING,
        CONTENT
    }

    private final ToolSchemas tools;
    private final int mostCalls;
    private State state;

    /// Characters that may be the beginning of a mark.
    private final StringBuilder held = new StringBuilder();

    /// Whitespace that is let out with the next character of its kind.
    private final StringBuilder gap = new StringBuilder();

    /// The call that is being read, and all characters of it.
    private @Nullable CallReader reader;

    private final StringBuilder raw = new StringBuilder();
    private boolean leadingCallPossible;

    /// Nothing but whitespace since `<think>`, `</think>` or a call: it is left away.
    private boolean behindMarkup;

    private int toolCalls;
    private final StringBuilder content = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private List<AssistantDelta> deltas = new ArrayList<>();

    /// @param tools             OpenAI's `tools` of the request; null or empty: markup of calls is plain text
    /// @param separateReasoning puts `<think>…</think>` at the start of the answer into [AssistantDelta.Reasoning]
    /// @param insideReasoning   the prompt ends with an open `<think>`, see [#opensReasoning]
    public AssistantParser(@Nullable JsonNode tools, boolean separateReasoning, boolean insideReasoning) {
        this(tools, separateReasoning, insideReasoning, Integer.MAX_VALUE);
    }

    /// @param mostCalls after so many the message is over, whatever follows
    public AssistantParser(
            @Nullable JsonNode tools, boolean separateReasoning, boolean insideReasoning, int mostCalls) {
        this.mostCalls = mostCalls;
        this.tools = new ToolSchemas(tools);
        this.leadingCallPossible = !this.tools.isEmpty();
        this.state = !separateReasoning ? State.CONTENT : insideReasoning ? State.REASONING : State.OPENING;
        this.behindMarkup = state == State.REASONING;
    }

    /// Whether the rendered prompt leaves the model in the middle of its reasoning.
    public static boolean opensReasoning(String prompt) {
        return prompt.stripTrailing().endsWith(REASONING);
    }

    /// @param text the next piece of the answer
    public List<AssistantDelta> append(String text) {
        for (int i = 0; i < text.length(); i++) {
            push(text.charAt(i));
        }
        return taken();
    }

    /// The answer has ended: gives what was held back, an unfinished call as the text that it is.
    public List<AssistantDelta> end() {
        switch (state) {
            case OPENING -> {
                state = State.CONTENT;
                replay(held);
            }
            case REASONING -> take(held).chars().forEach(c -> reason((char) c));
            case CONTENT -> {}
        }
        if (reader instanceof LeadingCall) {
            giveUpLeadingCall();
        }
        if (state == State.CONTENT) {
            take(raw).chars().forEach(c -> write((char) c));
            take(held).chars().forEach(c -> write((char) c));
            content.append(behindMarkup ? "" : gap);
        }
        return taken();
    }

    /// Calls given so far: `finish_reason` is `tool_calls` where there are any.
    public int toolCalls() {
        return toolCalls;
    }

    /// The message has all the calls that it may have.
    public boolean finished() {
        return toolCalls >= mostCalls;
    }

    private void push(char next) {
        if (finished()) {
            return;
        }
        switch (state) {
            case OPENING -> opening(next);
            case REASONING -> reasoning(next);
            case CONTENT -> {
                if (tools.isEmpty()) {
                    write(next);
                } else if (reader != null) {
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
        if (start.equals(REASONING)) {
            held.setLength(0);
            state = State.REASONING;
            behindMarkup = true;
        } else if (!REASONING.startsWith(start)) {
            state = State.CONTENT;
            replay(held);
        }
    }

    private void reasoning(char next) {
        if (held.isEmpty() && next != '<') {
            reason(next);
            return;
        }
        held.append(next);
        if (held.toString().equals(REASONING_END)) {
            held.setLength(0);
            gap.setLength(0);
            state = State.CONTENT;
            behindMarkup = true;
        } else if (!REASONING_END.startsWith(held.toString())) {
            int rest = next == '<' ? 1 : 0;
            String text = held.substring(0, held.length() - rest);
            held.delete(0, text.length());
            text.chars().forEach(c -> reason((char) c));
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
        if (held.isEmpty() && leadingCallPossible && !Character.isWhitespace(next)) {
            leadingCallPossible = false;
            if (next != '<') {
                read(next, start(new LeadingCall(tools)));
                return;
            }
        }
        if (held.isEmpty() && next != '<') {
            write(next);
            return;
        }
        held.append(next);
        if (held.toString().equals(CALL)) {
            start(new TaggedCall(tools));
            raw.append(take(held));
        } else if (!CALL.startsWith(held.toString())) {
            int rest = next == '<' ? 1 : 0;
            String text = held.substring(0, held.length() - rest);
            held.delete(0, text.length());
            text.chars().forEach(c -> write((char) c));
        }
    }

    private CallReader start(CallReader call) {
        reader = call;
        raw.setLength(0);
        return call;
    }

    private void read(char next, CallReader call) {
        raw.append(next);
        switch (call.accept(next)) {
            case OPEN -> {}
            case DONE -> {
                reader = null;
                raw.setLength(0);
                gap.setLength(0);
                flush(reasoning, false);
                flush(content, true);
                deltas.add(new AssistantDelta.ToolCall(
                        toolCalls++, call.call().name(), call.call().arguments()));
                behindMarkup = true;
                leadingCallPossible = true;
            }
            case BROKEN -> {
                if (call instanceof LeadingCall) {
                    giveUpLeadingCall();
                } else {
                    giveUpTaggedCall();
                }
            }
        }
    }

    private void giveUpLeadingCall() {
        reader = null;
        replay(raw);
    }

    /// All of it is text, but the end may begin the next call.
    private void giveUpTaggedCall() {
        reader = null;
        String text = take(raw);
        int mark = text.lastIndexOf('<');
        int end = CALL.startsWith(text.substring(mark)) ? mark : text.length();
        text.substring(0, end).chars().forEach(c -> write((char) c));
        held.append(text, end, text.length());
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
        List<AssistantDelta> taken = deltas;
        deltas = new ArrayList<>();
        return taken;
    }
}
