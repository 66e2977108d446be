package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Repeat;

/// Where the reader of a regular expression or a grammar is in its text, and within how many groups.
final class Cursor {

    private final int[] text;
    private int at;
    private int depth;

    /// @throws Malformed if the text is longer than `longestChars`
    Cursor(String text, int longestChars) {
        if (text.length() > longestChars) {
            throw new Malformed("is longer than " + longestChars + " characters");
        }
        this.text = text.codePoints().toArray();
    }

    boolean more() {
        return at < text.length;
    }

    /// The next character, -1 at the end.
    int peek() {
        return more() ? text[at] : -1;
    }

    /// The one behind it, -1 where there is none.
    int second() {
        return at + 1 < text.length ? text[at + 1] : -1;
    }

    /// Goes on behind the next character.
    ///
    /// @return -1 at the end
    int next() {
        return more() ? text[at++] : -1;
    }

    /// @param expected of ASCII characters, as below
    boolean isAt(String expected) {
        for (int i = 0; i < expected.length(); i++) {
            if (at + i >= text.length || text[at + i] != expected.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// Goes on behind `expected` if it is there.
    boolean take(String expected) {
        boolean there = isAt(expected);
        at += there ? expected.length() : 0;
        return there;
    }

    int place() {
        return at;
    }

    void backTo(int place) {
        at = place;
    }

    String since(int place) {
        return new String(text, place, at - place);
    }

    /// Behind a `*`, `+` or `?`.
    ///
    /// @return `part` where none of them is
    Expression simplyRepeated(Expression part) {
        if (take("*")) {
            return new Expression.Times(part, 0, Repeat.UNBOUNDED);
        }
        if (take("+")) {
            return new Expression.Times(part, 1, Repeat.UNBOUNDED);
        }
        return take("?") ? new Expression.Times(part, 0, 1) : part;
    }

    /// How often something is repeated.
    ///
    /// @return -1 where no digit is
    int number() {
        int begin = at;
        int number = 0;
        while (more() && text[at] >= '0' && text[at] <= '9') {
            number = number * 10 + text[at++] - '0';
            if (number > Expression.Times.MOST) {
                throw malformed("repeats something more than " + Expression.Times.MOST + " times");
            }
        }
        return at == begin ? -1 : number;
    }

    /// The character of an escape.
    int hex(int digits) {
        long value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = more() ? Character.digit(text[at], 16) : -1;
            if (digit < 0) {
                throw malformed("has an escape without its " + digits + " hex digits");
            }
            value = value * 16 + digit;
            at++;
        }
        boolean half = value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE;
        if (value > Character.MAX_CODE_POINT || half) {
            throw malformed("has an escape for no character");
        }
        return (int) value;
    }

    void enter() {
        if (++depth > Expression.DEEPEST) {
            throw malformed("is nested deeper than " + Expression.DEEPEST);
        }
    }

    void leave() {
        depth--;
    }

    /// Nothing but what was entered first is around here.
    boolean isOutermost() {
        return depth == 1;
    }

    Malformed malformed(String what) {
        int line = 1;
        int begin = 0;
        for (int i = 0; i < at; i++) {
            if (text[i] == '\n') {
                line++;
                begin = i + 1;
            }
        }
        return new Malformed(what + ", at character " + (at - begin) + (line > 1 ? " of line " + line : ""));
    }
}
