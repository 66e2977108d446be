package io.autoglm.inference.grammar;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// Sets of characters that are named by what they have in common. Where engines differ (is `٣` a digit, is
/// `é` a word's letter?), a class and its opposite both leave out what is in question: so an answer is valid
/// for each.
final class CharacterClass {

    static final CodePoints DIGIT = ascii(c -> c >= '0' && c <= '9');
    static final CodePoints WORD = ascii(c -> c == '_' || Character.isLetterOrDigit(c));
    static final CodePoints SPACE = ascii(c -> c == ' ' || c == '\t' || c == '\n');
    static final CodePoints NO_DIGIT = written(c -> !Character.isDigit(c));
    static final CodePoints NO_WORD = written(c -> !isOfWord(c));
    static final CodePoints NO_SPACE = written(c -> !isSpace(c));

    /// All but line breaks.
    static final CodePoints ANY = written(c -> c != '\n' && c != 0x85 && c != 0x2028 && c != 0x2029);

    /// Every character that a class of others may stand for: none that controls a terminal, and no half of a
    /// pair.
    private static final CodePoints WRITTEN = written(c -> true);

    private CharacterClass() {}

    private static boolean isWritten(int c) {
        int type = Character.getType(c);
        return c == '\t' || c == '\n' || (type != Character.CONTROL && type != Character.SURROGATE);
    }

    private static boolean isOfWord(int c) {
        return Character.isLetterOrDigit(c)
                || Character.isAlphabetic(c)
                || switch (Character.getType(c)) {
                    case Character.NON_SPACING_MARK,
                            Character.COMBINING_SPACING_MARK,
                            Character.ENCLOSING_MARK,
                            Character.LETTER_NUMBER,
                            Character.OTHER_NUMBER,
                            Character.CONNECTOR_PUNCTUATION -> true;
                    default -> false;
                };
    }

    private static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    private static CodePoints ascii(IntPredicate has) {
        return CodePoints.where(c -> c < 0x80 && has.test(c));
    }

    private static CodePoints written(IntPredicate has) {
        return CodePoints.where(c -> isWritten(c) && has.test(c));
    }

    /// The characters that are none of these.
    static CodePoints not(CodePoints these) {
        return WRITTEN.without(these);
    }

    /// `\p{…}`. Takes some 20 ms.
    ///
    /// @param name without a closing brace
    /// @throws Malformed if there is none of that name
    static CodePoints property(String name, boolean negated) {
        Pattern runs;
        try {
            runs = Pattern.compile((negated ? "\\P{" : "\\p{") + name + "}+");
        } catch (IllegalArgumentException e) {
            throw new Malformed("has the class \\p{" + Keywords.brief(name) + "}, which is not known");
        }
        StringBuilder all = new StringBuilder();
        IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(CharacterClass::isWritten)
                .forEach(all::appendCodePoint);
        List<CodePoints> found = runs.matcher(all)
                .results()
                .map(at -> CodePoints.range(all.codePointAt(at.start()), all.codePointBefore(at.end())))
                .toList();
        return not(not(CodePoints.union(found)));
    }
}
