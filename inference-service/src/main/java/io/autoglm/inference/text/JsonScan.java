package io.autoglm.inference.text;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/// Reads one JSON value (RFC 8259) as it comes and writes what is certain of it: without whitespace between
/// its parts, and with what models write as they know it made JSON: line breaks within strings are escaped,
/// `True`, `False` and `None` are JSON's words. What was written is at any time the beginning of a valid
/// value. Escapes, numbers and words are written once they are complete.
final class JsonScan {

    enum Progress {
        /// The value goes on.
        MORE,
        /// It is complete with this character.
        DONE,
        /// It was complete before this character, which is none of it.
        BEFORE,
        /// With this character it is no JSON.
        BROKEN
    }

    private enum State {
        VALUE,
        FIRST_KEY,
        KEY,
        COLON,
        FIRST_ITEM,
        AFTER,
        STRING,
        ESCAPE,
        WORD,
        END
    }

    private static final int DEEPEST = 256;
    private static final int LONGEST_WORD = 512;
    private static final Pattern WORD =
            Pattern.compile("true|false|null|True|False|None|-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    private static final Pattern ESCAPE = Pattern.compile("\\\\([\"\\\\/bfnrt]|u[0-9a-fA-F]{4})");
    private static final Pattern BEGUN_ESCAPE = Pattern.compile("\\\\(u[0-9a-fA-F]{0,3})?");

    private final StringBuilder out;

    /// Closing brackets that are due.
    private final Deque<Character> open = new ArrayDeque<>();

    private final StringBuilder held = new StringBuilder();
    private boolean inKey;
    private State state = State.VALUE;

    /// @param out where what is certain is written
    JsonScan(StringBuilder out) {
        this.out = out;
    }

    Progress accept(char next) {
        return switch (state) {
            case STRING -> string(next);
            case ESCAPE -> escape(next);
            case WORD -> word(next);
            case VALUE, FIRST_KEY, KEY, COLON, FIRST_ITEM, AFTER -> isSpace(next) ? Progress.MORE : structure(next);
            case END -> Progress.BEFORE;
        };
    }

    private Progress structure(char next) {
        return switch (state) {
            case FIRST_KEY, KEY -> {
                if (next == '"') {
                    inKey = true;
                    yield to(State.STRING, next);
                }
                yield state == State.FIRST_KEY && next == '}' ? close(next) : Progress.BROKEN;
            }
            case COLON -> next == ':' ? to(State.VALUE, next) : Progress.BROKEN;
            case AFTER -> {
                if (next == ',') {
                    yield to(open.getLast() == '}' ? State.KEY : State.VALUE, next);
                }
                yield next == open.getLast() ? close(next) : Progress.BROKEN;
            }
            case FIRST_ITEM -> next == ']' ? close(next) : value(next);
            default -> value(next);
        };
    }

    private Progress value(char next) {
        return switch (next) {
            case '{' -> nest('}', State.FIRST_KEY, next);
            case '[' -> nest(']', State.FIRST_ITEM, next);
            case '"' -> {
                inKey = false;
                yield to(State.STRING, next);
            }
            default -> {
                state = State.WORD;
                yield isOfWord(next) ? hold(next) : Progress.BROKEN;
            }
        };
    }

    private Progress nest(char end, State inside, char next) {
        if (open.size() == DEEPEST) {
            return Progress.BROKEN;
        }
        open.addLast(end);
        return to(inside, next);
    }

    private Progress close(char next) {
        open.removeLast();
        out.append(next);
        return over();
    }

    private Progress over() {
        state = open.isEmpty() ? State.END : State.AFTER;
        return open.isEmpty() ? Progress.DONE : Progress.MORE;
    }

    private Progress string(char next) {
        if (next == '\\') {
            state = State.ESCAPE;
            return hold(next);
        }
        if (next == '"') {
            out.append(next);
            if (inKey) {
                state = State.COLON;
                return Progress.MORE;
            }
            return over();
        }
        JsonString.append(next, out);
        return Progress.MORE;
    }

    private Progress escape(char next) {
        held.append(next);
        if (ESCAPE.matcher(held).matches()) {
            out.append(held);
            held.setLength(0);
            state = State.STRING;
            return Progress.MORE;
        }
        return BEGUN_ESCAPE.matcher(held).matches() ? Progress.MORE : Progress.BROKEN;
    }

    private Progress word(char next) {
        if (isOfWord(next)) {
            return held.length() == LONGEST_WORD ? Progress.BROKEN : hold(next);
        }
        if (!WORD.matcher(held).matches()) {
            return Progress.BROKEN;
        }
        out.append(ToolSchemas.word(held.toString()));
        held.setLength(0);
        return over() == Progress.DONE ? Progress.BEFORE : accept(next);
    }

    private Progress hold(char next) {
        held.append(next);
        return Progress.MORE;
    }

    private Progress to(State then, char next) {
        state = then;
        out.append(next);
        return Progress.MORE;
    }

    private static boolean isOfWord(char next) {
        return (next >= '0' && next <= '9') || (next >= 'a' && next <= 'z') || "ETFN+-.".indexOf(next) >= 0;
    }

    static boolean isSpace(char next) {
        return next == ' ' || next == '\n' || next == '\t' || next == '\r';
    }
}
