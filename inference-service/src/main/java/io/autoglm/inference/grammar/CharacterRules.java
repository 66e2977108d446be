package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Rule;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// Sets of characters as rules over their UTF-8 bytes. First bytes with the same bytes behind them share
/// them, so that even all the letters of Unicode are a few dozen ways to begin.
final class CharacterRules {

    /// Half of a pair is no character and has no bytes.
    private static final CodePoints HALVES = CodePoints.range(Character.MIN_SURROGATE, Character.MAX_SURROGATE);

    private static final ByteSet ANY_TAIL = ByteSet.range(0x80, 0xbf);

    private final GrammarBuilder grammar;
    private final Map<CodePoints, Object> known = new HashMap<>();

    /// By what may follow, which is equal by content.
    private final Map<Object, Rule> tails = new HashMap<>();

    CharacterRules(GrammarBuilder grammar) {
        this.grammar = grammar;
    }

    /// @return a part of a rule; one that describes nothing for no characters
    Object oneOf(CodePoints characters) {
        return known.computeIfAbsent(characters, some -> build(some.without(HALVES)));
    }

    private Object build(CodePoints characters) {
        ByteSet ascii = ByteSet.NONE;
        for (int i = 0; i < 0x80; i++) {
            ascii = characters.has(i) ? ascii.with(i, i) : ascii;
        }
        if (!ascii.isEmpty() && characters.hasNone(0x80, Character.MAX_CODE_POINT + 1)) {
            return ascii;
        }
        Rule any = grammar.rule();
        if (!ascii.isEmpty()) {
            grammar.or(any, ascii);
        }
        lead(any, characters, 0xc0, 0x20, 1);
        lead(any, characters, 0xe0, 0x10, 2);
        lead(any, characters, 0xf0, 0x08, 3);
        return any;
    }

    /// Characters of `behind` bytes behind the first, which is one of `count` from `base` on.
    private void lead(Rule any, CodePoints characters, int base, int count, int behind) {
        int least = behind == 1 ? 0x80 : behind == 2 ? 0x800 : 0x10000;
        Map<Object, ByteSet> byTail = new LinkedHashMap<>();
        for (int first = 0; first < count; first++) {
            Object tail = tail(characters, first, behind, least);
            if (!isNothing(tail)) {
                byTail.merge(tail, ByteSet.range(base + first, base + first), ByteSet::or);
            }
        }
        byTail.forEach((tail, bytes) -> grammar.or(any, bytes, rule(tail)));
    }

    /// The bytes that may follow: a set where it is the last, or else sets by what follows each.
    private static Object tail(CodePoints characters, int prefix, int behind, int least) {
        int from = Math.max(least, prefix << (6 * behind));
        int to = (prefix + 1) << (6 * behind);
        if (characters.hasNone(from, to)) {
            return ByteSet.NONE;
        }
        if (from < to && to - from == 1 << (6 * behind) && characters.hasAll(from, to)) {
            return any(behind);
        }
        if (behind == 1) {
            ByteSet last = ByteSet.NONE;
            for (int i = from; i < to; i++) {
                last = characters.has(i) ? last.with(0x80 | (i & 0x3f), 0x80 | (i & 0x3f)) : last;
            }
            return last;
        }
        Map<Object, ByteSet> byTail = new LinkedHashMap<>();
        for (int i = 0; i < 64; i++) {
            Object tail = tail(characters, (prefix << 6) | i, behind - 1, least);
            if (!isNothing(tail)) {
                byTail.merge(tail, ByteSet.range(0x80 | i, 0x80 | i), ByteSet::or);
            }
        }
        return byTail;
    }

    private static Object any(int behind) {
        return behind == 1 ? ANY_TAIL : Map.of(any(behind - 1), ANY_TAIL);
    }

    private static boolean isNothing(Object tail) {
        return tail.equals(ByteSet.NONE);
    }

    private Rule rule(Object tail) {
        Rule same = tails.get(tail);
        if (same != null) {
            return same;
        }
        Rule rule = grammar.rule();
        tails.put(tail, rule);
        switch (tail) {
            case ByteSet last -> grammar.or(rule, last);
            case Map<?, ?> byTail -> byTail.forEach((more, bytes) -> grammar.or(rule, bytes, rule(more)));
            default -> throw new IllegalArgumentException("no bytes: " + tail);
        }
        return rule;
    }
}
