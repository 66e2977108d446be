package io.autoglm.inference.template;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Cuts a template into tokens and does away with the whitespace that is not output, exactly as Jinja2 3.1 does
/// with `trim_blocks` and `lstrip_blocks` (its `Lexer.tokeniter` is the reference):
///
/// - `-` in a tag strips all whitespace on its side, `+` keeps what the two settings would strip
/// - the newline behind a block or a comment goes
/// - spaces and tabs between the start of a line and a block or a comment go
/// - one newline at the end of the template goes
final class Lexer {

    /// A published template has some ten thousand characters.
    private static final int LONGEST_SOURCE = 1 << 20;

    private static final Pattern RAW_BEGIN = Pattern.compile("\\{%([-+]?)\\s*raw\\s*(-%}\\s*|%})");
    private static final Pattern RAW_END = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(\\+%}|-%}\\s*|%}\\n?)");
    private static final Pattern NUMBER = Pattern.compile(
            "(0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+)|(\\d[\\d_]*)(\\.\\d[\\d_]*)?([eE][+-]?\\d+)?");
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");
    private static final List<String> OPERATORS = List.of(
            "**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", ".", ":", "|", ",", "(",
            ")", "[", "]", "{", "}");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;

    /// Whether the last tag ended with a newline, so that what follows starts a line.
    private boolean lineStarting = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> read(String source) {
        if (source.length() > LONGEST_SOURCE) {
            throw new TemplateFailure("a template of " + source.length() + " characters, at most " + LONGEST_SOURCE);
        }
        String lines = source.replace("\r\n", "\n").replace('\r', '\n');
        return new Lexer(lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines).read();
    }

    private List<Token> read() {
        while (at < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                add(Token.Kind.TEXT, source.substring(at));
                moveTo(source.length());
                break;
            }
            text(tag);
            switch (source.charAt(tag + 1)) {
                case '#' -> comment();
                case '{' -> tag(Token.Kind.OUTPUT_BEGIN, Token.Kind.OUTPUT_END, "}}");
                default -> {
                    if (!raw()) {
                        tag(Token.Kind.BLOCK_BEGIN, Token.Kind.BLOCK_END, "%}");
                    }
                }
            }
        }
        add(Token.Kind.END, "");
        return List.copyOf(tokens);
    }

    private int nextTag() {
        for (int brace = source.indexOf('{', at); brace >= 0; brace = source.indexOf('{', brace + 1)) {
            if (brace + 1 < source.length() && "{%#".indexOf(source.charAt(brace + 1)) >= 0) {
                return brace;
            }
        }
        return -1;
    }

    /// The text before a tag, less what the tag strips.
    private void text(int tag) {
        String text = stripped(source.substring(at, tag), tag);
        if (!text.isEmpty()) {
            add(Token.Kind.TEXT, text);
        }
        moveTo(tag);
    }

    private String stripped(String text, int tag) {
        char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
        if (sign == '-') {
            return Python.stripRight(text);
        }
        if (sign == '+' || source.charAt(tag + 1) == '{') {
            return text;
        }
        int lineStart = text.lastIndexOf('\n') + 1;
        return (lineStart > 0 || lineStarting) && text.substring(lineStart).isBlank()
                ? text.substring(0, lineStart)
                : text;
    }

    private void comment() {
        int end = source.indexOf("#}", at + 2);
        if (end < 0) {
            throw new TemplateFailure("a comment is not closed", line);
        }
        endTag(end, source.charAt(end - 1), true);
    }

    /// Behind the two characters of a tag's end at `end`.
    private void endTag(int end, char sign, boolean trims) {
        int next = end + 2;
        if (sign == '-') {
            while (next < source.length() && Python.isSpace(source.charAt(next))) {
                next++;
            }
        } else if (trims && sign != '+' && next < source.length() && source.charAt(next) == '\n') {
            next++;
        }
        lineStarting = source.charAt(next - 1) == '\n';
        moveTo(next);
    }

    private boolean raw() {
        Matcher begin = RAW_BEGIN.matcher(source).region(at, source.length());
        if (!begin.lookingAt()) {
            return false;
        }
        Matcher end = RAW_END.matcher(source);
        if (!end.find(begin.end())) {
            throw new TemplateFailure("raw is not closed", line);
        }
        lineStarting = source.charAt(begin.end() - 1) == '\n';
        String text = stripped(source.substring(begin.end(), end.start()), end.start());
        add(Token.Kind.TEXT, text);
        lineStarting = source.charAt(end.end() - 1) == '\n';
        moveTo(end.end());
        return true;
    }

    private void tag(Token.Kind begin, Token.Kind end, String mark) {
        int opened = line;
        add(begin, source.substring(at, at + 2));
        at += 2;
        if (at < source.length() && "-+".indexOf(source.charAt(at)) >= 0) {
            at++;
        }
        int nesting = 0;
        while (at < source.length()) {
            char next = source.charAt(at);
            if (Python.isSpace(next)) {
                moveTo(at + 1);
            } else if (nesting == 0 && endsHere(mark)) {
                char sign = next == mark.charAt(0) ? ' ' : next;
                add(end, mark);
                endTag(sign == ' ' ? at : at + 1, sign, begin == Token.Kind.BLOCK_BEGIN);
                return;
            } else {
                nesting += token(next);
            }
        }
        throw new TemplateFailure("a tag is not closed", opened);
    }

    private boolean endsHere(String mark) {
        return source.startsWith(mark, at)
                || source.startsWith("-" + mark, at)
                || (mark.equals("%}") && source.startsWith("+" + mark, at));
    }

    /// @return how much deeper in brackets the token leads
    private int token(char next) {
        if (next == '"' || next == '\'') {
            string(next);
            return 0;
        }
        Matcher number = NUMBER.matcher(source).region(at, source.length());
        if (number.lookingAt()) {
            number(number);
            return 0;
        }
        Matcher name = NAME.matcher(source).region(at, source.length());
        if (name.lookingAt()) {
            add(Token.Kind.NAME, name.group());
            at = name.end();
            return 0;
        }
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, at)) {
                add(Token.Kind.OPERATOR, operator);
                at += operator.length();
                return "([{".contains(operator) ? 1 : ")]}".contains(operator) ? -1 : 0;
            }
        }
        throw new TemplateFailure("unexpected '" + next + "'", line);
    }

    private void number(Matcher number) {
        String digits = number.group().replace("_", "");
        boolean afterDot = !tokens.isEmpty() && tokens.getLast().isOperator(".");
        if (number.group(1) != null) {
            int radix = switch (digits.charAt(1)) {
                case 'x', 'X' -> 16;
                case 'o', 'O' -> 8;
                default -> 2;
            };
            add(Token.Kind.INTEGER, Long.toString(Long.parseLong(digits.substring(2), radix)));
            at = number.end();
        } else if (afterDot && number.group(3) != null) {
            add(Token.Kind.INTEGER, number.group(2));
            at = number.end(2);
        } else {
            boolean whole = number.group(3) == null && number.group(4) == null;
            add(whole ? Token.Kind.INTEGER : Token.Kind.FLOAT, digits);
            at = number.end();
        }
    }

    private void string(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw new TemplateFailure("a string is not closed", line);
        }
        add(Token.Kind.STRING, Python.unescape(source.substring(at + 1, end)));
        moveTo(end + 1);
    }

    private void add(Token.Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private void moveTo(int next) {
        for (; at < next; at++) {
            if (source.charAt(at) == '\n') {
                line++;
            }
        }
    }
}
