package io.autoglm.local.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Recursive descent over RFC 8259; not thread-safe, used once.
final class JsonReader {

    /// Deeper documents are refused, so that one cannot exhaust the stack.
    private static final int MAX_DEPTH = 64;

    private final String text;
    private int at;
    private int depth;

    JsonReader(String text) {
        this.text = text;
    }

    @Nullable
    Object document() {
        Object value = value();
        skipBlanks();
        if (at < text.length()) throw wrong("the end");
        return value;
    }

    private @Nullable Object value() {
        skipBlanks();
        return switch (at < text.length() ? text.charAt(at) : '\0') {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> literal("true", true);
            case 'f' -> literal("false", false);
            case 'n' -> literal("null", null);
            default -> number();
        };
    }

    private Map<String, @Nullable Object> object() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        enter();
        if (!consume('}')) {
            do {
                skipBlanks();
                String name = string();
                expect(':');
                members.put(name, value());
            } while (consume(','));
            expect('}');
        }
        depth--;
        return members;
    }

    private List<@Nullable Object> array() {
        List<@Nullable Object> elements = new ArrayList<>();
        enter();
        if (!consume(']')) {
            do elements.add(value());
            while (consume(','));
            expect(']');
        }
        depth--;
        return elements;
    }

    private String string() {
        expect('"');
        StringBuilder out = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') return out.toString();
            if (c < ' ') break;
            out.append(c == '\\' ? escaped() : c);
        }
        throw wrong("a closing quote");
    }

    private char escaped() {
        char c = at < text.length() ? text.charAt(at++) : '\0';
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                if (at + 4 > text.length()) throw wrong("four hexadecimal digits");
                at += 4;
                yield (char) Integer.parseInt(text, at - 4, at, 16);
            }
            default -> throw wrong("an escape");
        };
    }

    private Number number() {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at++;
        if (start == at) throw wrong("a value");
        String digits = text.substring(start, at);
        try {
            return digits.matches("-?\\d{1,18}") ? (Number) Long.valueOf(digits) : (Number) Double.valueOf(digits);
        } catch (NumberFormatException notANumber) {
            at = start;
            throw wrong("a number");
        }
    }

    private @Nullable Object literal(String word, @Nullable Object meaning) {
        if (!text.startsWith(word, at)) throw wrong(word);
        at += word.length();
        return meaning;
    }

    private void enter() {
        at++;
        if (++depth > MAX_DEPTH) throw wrong("at most " + MAX_DEPTH + " levels");
    }

    private boolean consume(char wanted) {
        skipBlanks();
        if (at >= text.length() || text.charAt(at) != wanted) return false;
        at++;
        return true;
    }

    private void expect(char wanted) {
        if (!consume(wanted)) throw wrong("'" + wanted + "'");
    }

    private void skipBlanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
    }

    private IllegalArgumentException wrong(String wanted) {
        return new IllegalArgumentException("not JSON: " + wanted + " expected at offset " + at);
    }
}
