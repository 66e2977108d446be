package io.autoglm.inference.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads what stands for one character in a regular expression: itself, an escape, a class.
final class RegexCharacters {

    /// Each takes a while to be found.
    private static final int MOST_PROPERTIES = 16;

    private final Cursor cursor;
    private final Map<String, CodePoints> properties = new HashMap<>();

    RegexCharacters(Cursor cursor) {
        this.cursor = cursor;
    }

    /// Some characters.
    ///
    /// @param in   those that every engine takes for it
    /// @param wide those that some engine does
    private record Meant(CodePoints in, CodePoints wide) {

        static Meant of(CodePoints in, CodePoints others) {
            return new Meant(in, CharacterClass.not(others));
        }

        static Meant of(int codePoint) {
            CodePoints one = CodePoints.of(codePoint);
            return new Meant(one, one);
        }
    }

    /// Behind a `\`.
    CodePoints escaped() {
        return escape(false).in;
    }

    private Meant escape(boolean inClass) {
        if (!cursor.more()) {
            throw cursor.malformed("ends with a '\\'");
        }
        int next = cursor.next();
        return switch (next) {
            case 'd' -> Meant.of(CharacterClass.DIGIT, CharacterClass.NO_DIGIT);
            case 'D' -> Meant.of(CharacterClass.NO_DIGIT, CharacterClass.DIGIT);
            case 'w' -> Meant.of(CharacterClass.WORD, CharacterClass.NO_WORD);
            case 'W' -> Meant.of(CharacterClass.NO_WORD, CharacterClass.WORD);
            case 's' -> Meant.of(CharacterClass.SPACE, CharacterClass.NO_SPACE);
            case 'S' -> Meant.of(CharacterClass.NO_SPACE, CharacterClass.SPACE);
            case 'p', 'P' -> property(next == 'P');
            case 'n' -> Meant.of('\n');
            case 't' -> Meant.of('\t');
            case 'r' -> Meant.of('\r');
            case 'f' -> Meant.of('\f');
            case 'v' -> Meant.of(0x0b);
            case 'x' -> Meant.of(cursor.hex(2));
            case 'u' -> Meant.of(cursor.hex(4));
            case 'U' -> Meant.of(cursor.hex(8));
            case 'b', 'B' ->
                throw cursor.malformed(
                        inClass
                                ? "has \\" + (char) next + " in a class, which is not supported"
                                : "has a word boundary, which is not supported");
            case '1', '2', '3', '4', '5', '6', '7', '8', '9', 'k', 'g' ->
                throw cursor.malformed("has a backreference, which is not supported");
            default -> {
                if ((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '0') {
                    throw cursor.malformed("has \\" + (char) next + ", which is not supported");
                }
                yield Meant.of(next);
            }
        };
    }

    private Meant property(boolean negated) {
        int begin = cursor.place();
        boolean braced = cursor.take("{");
        while (braced && cursor.more() && cursor.peek() != '}') {
            cursor.next();
        }
        if (cursor.next() < 0) {
            throw cursor.malformed("has a class \\p that does not end");
        }
        String written = cursor.since(begin);
        String key = negated + written;
        CodePoints known = properties.get(key);
        if (known == null) {
            if (properties.size() == MOST_PROPERTIES) {
                throw cursor.malformed("has more than " + MOST_PROPERTIES + " different classes \\p");
            }
            known = CharacterClass.property(braced ? written.substring(1, written.length() - 1) : written, negated);
            properties.put(key, known);
        }
        return new Meant(known, known);
    }

    /// Behind a `[`.
    CodePoints characterClass() {
        boolean negated = cursor.take("^");
        List<CodePoints> in = new ArrayList<>();
        List<CodePoints> wide = new ArrayList<>();
        for (boolean first = true; first || !cursor.isAt("]"); first = false) {
            Meant from = member();
            if (cursor.isAt("-") && cursor.second() >= 0 && cursor.second() != ']') {
                cursor.next();
                CodePoints range = range(from.in.single(), member().in.single());
                in.add(range);
                wide.add(range);
            } else {
                in.add(from.in);
                wide.add(from.wide);
            }
        }
        cursor.next();
        return negated ? CharacterClass.not(CodePoints.union(wide)) : CodePoints.union(in);
    }

    private CodePoints range(int least, int most) {
        if (least < 0 || most < 0) {
            throw cursor.malformed("has a range between classes");
        }
        if (least > most) {
            throw cursor.malformed("has a range whose end is before its beginning");
        }
        return CodePoints.range(least, most);
    }

    private Meant member() {
        if (!cursor.more()) {
            throw cursor.malformed("has a '[' without a ']'");
        }
        int next = cursor.next();
        if (next == '[' || (next == '&' && cursor.isAt("&"))) {
            throw cursor.malformed(
                    "has a '" + (char) next + "' in a class, which engines read in different ways; escape it");
        }
        return next == '\\' ? escape(true) : Meant.of(next);
    }
}
