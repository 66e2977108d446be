package io.autoglm.inference.grammar;

import java.util.BitSet;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.IntStream;

/// Sets of characters that are named by what they have in common. Where engines differ (is `٣` a digit, is `é` a
/// word's letter?), a class and its opposite both leave out what is in question: so an answer is valid for each.
final class CharacterClass {

    private static final int LAST = Character.MAX_CODE_POINT;

    /// Every character that a class of others may stand for: none that controls a terminal, and no half of a pair.
    private static final BitSet WRITTEN = where(c -> c == '\t' || c == '\n' || isWritten(c));

    static final BitSet DIGIT = ascii(c -> c >= '0' && c <= '9');
    static final BitSet WORD = ascii(c -> c == '_' || Character.isLetterOrDigit(c));
    static final BitSet SPACE = ascii(c -> c == ' ' || c == '\t' || c == '\n');
    static final BitSet NO_DIGIT = written(c -> !Character.isDigit(c));
    static final BitSet NO_WORD = written(c -> c != '_'
            && !Character.isLetterOrDigit(c)
            && Character.getType(c) != Character.NON_SPACING_MARK
            && Character.getType(c) != Character.LETTER_NUMBER
            && Character.getType(c) != Character.OTHER_NUMBER
            && Character.getType(c) != Character.COMBINING_SPACING_MARK
            && Character.getType(c) != Character.ENCLOSING_MARK
            && Character.getType(c) != Character.CONNECTOR_PUNCTUATION
            && !Character.isAlphabetic(c));
    static final BitSet NO_SPACE = written(c -> !isSpace(c));

    /// All but line breaks.
    static final BitSet ANY = written(c -> c != '\n' && c != 0x85 && c != 0x2028 && c != 0x2029);

    private CharacterClass() {}

    private static boolean isWritten(int c) {
        int type = Character.getType(c);
        return type != Character.CONTROL && type != Character.SURROGATE;
    }

    private static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    private static BitSet where(IntPredicate has) {
        BitSet set = new BitSet(LAST + 1);
        IntStream.rangeClosed(0, LAST).filter(has).forEach(set::set);
        return set;
    }

    private static BitSet ascii(IntPredicate has) {
        BitSet set = new BitSet();
        IntStream.range(0, 0x80).filter(has).forEach(set::set);
        return set;
    }

    private static BitSet written(IntPredicate has) {
        BitSet set = new BitSet(LAST + 1);
        WRITTEN.stream().filter(has).forEach(set::set);
        return set;
    }

    /// The characters that are none of these.
    static BitSet not(BitSet these) {
        BitSet others = (BitSet) WRITTEN.clone();
        others.andNot(these);
        return others;
    }

    /// `\p{…}`.
    ///
    /// @throws Malformed if there is none of that name
    static BitSet property(String name, boolean negated) {
        try {
            var has = Pattern.compile((negated ? "\\P{" : "\\p{") + name + "}").asMatchPredicate();
            return written(c -> has.test(Character.toString(c)));
        } catch (PatternSyntaxException e) {
            throw new Malformed("has the class \\p{" + Keywords.brief(name) + "}, which is not known");
        }
    }
}
