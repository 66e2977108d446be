package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Rule;
import java.util.ArrayList;
import java.util.List;

/// Characters up to and with what ends them, a tag or a tag on a line of its own. The tag is nowhere else in
/// them: its reader takes the first for the end, whatever stands before it.
///
/// An automaton: a rule for each number of the tag's characters that were written last, and the same again
/// for when the line began with them.
final class TaggedText {

    /// Of one byte.
    static final ByteSet ASCII = ByteSet.range(' ', '~').with('\t', '\n');

    private final GrammarBuilder grammar;
    private final String tag;
    private final boolean onItsOwnLine;
    private final List<Rule> written = new ArrayList<>();
    private final List<Rule> writtenOnLine = new ArrayList<>();

    /// @param end of ASCII characters: a tag, whose first character is not among its others, or a line break
    ///            and a tag
    TaggedText(String end, GrammarBuilder grammar) {
        this.grammar = grammar;
        this.onItsOwnLine = end.startsWith("\n");
        this.tag = onItsOwnLine ? end.substring(1) : end;
        for (int i = 0; i < tag.length(); i++) {
            written.add(grammar.rule());
            writtenOnLine.add(grammar.rule());
        }
        for (int i = 0; i < tag.length(); i++) {
            follow(written.get(i), i, !onItsOwnLine, written);
            follow(writtenOnLine.get(i), i, true, writtenOnLine);
        }
    }

    /// Any, from their beginning.
    Rule any() {
        return written.getFirst();
    }

    /// What the tag begins with: characters without it may be followed by any.
    String mark() {
        return tag.substring(0, 1);
    }

    boolean endsOnItsOwnLine() {
        return onItsOwnLine;
    }

    /// Adds those that begin with one of `ascii` or a longer character.
    void beginning(Rule rule, ByteSet ascii) {
        for (int value = 0; value < 128; value++) {
            if (ascii.has(value) && isSpecial((char) value)) {
                grammar.or(rule, ByteSet.range(value, value), behind((char) value));
            }
        }
        others(rule, ascii);
    }

    /// @param ends whether the whole tag is the end here
    private void follow(Rule rule, int count, boolean ends, List<Rule> further) {
        char expected = tag.charAt(count);
        boolean last = count == tag.length() - 1;
        if (!last) {
            grammar.or(rule, tag.substring(count, count + 1), further.get(count + 1));
        } else if (ends) {
            grammar.or(rule, tag.substring(count));
        }
        for (char special : new char[] {tag.charAt(0), '\n'}) {
            if (special != expected && isSpecial(special)) {
                grammar.or(rule, String.valueOf(special), behind(special));
            }
        }
        others(rule, ASCII.without(String.valueOf(expected)));
    }

    private void others(Rule rule, ByteSet ascii) {
        ByteSet plain = ascii.without(mark()).without(onItsOwnLine ? "\n" : "");
        grammar.or(rule, plain, any());
        Utf8.LONG.forEach(bytes -> grammar.or(rule, bytes, any()));
    }

    private boolean isSpecial(char next) {
        return next == tag.charAt(0) || (onItsOwnLine && next == '\n');
    }

    private Rule behind(char special) {
        return special == '\n' ? writtenOnLine.getFirst() : written.get(1);
    }
}
