package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.OneOf;
import io.autoglm.inference.grammar.Element.Rule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Writes the rules of a [Grammar].
final class GrammarBuilder {

    /// A schema of some hundred properties needs a few thousand.
    private static final int MOST_RULES = 50_000;

    private final List<List<List<Element>>> rules = new ArrayList<>();

    /// A rule to refer to, which gets its alternatives later.
    Rule rule() {
        if (rules.size() == MOST_RULES) {
            throw new IllegalArgumentException("needs a grammar of more than " + MOST_RULES + " rules");
        }
        rules.add(new ArrayList<>());
        return new Rule(rules.size() - 1);
    }

    /// Adds an alternative: parts are strings (their UTF-8 bytes), byte sets, rules, or lists of these.
    void or(Rule rule, Object... parts) {
        List<Element> elements = new ArrayList<>();
        for (Object part : parts) {
            add(part, elements);
        }
        rules.get(rule.index()).add(List.copyOf(elements));
    }

    /// A rule of one alternative.
    Rule sequence(Object... parts) {
        Rule rule = rule();
        or(rule, parts);
        return rule;
    }

    /// A rule whose alternatives are the single `parts`.
    Rule anyOf(Object... parts) {
        Rule rule = rule();
        for (Object part : parts) {
            or(rule, part);
        }
        return rule;
    }

    /// `part` from `least` to `most` times, then `end`, which decides where it stops.
    Rule times(int least, int most, Object part, Object end) {
        Rule next = sequence(end);
        for (int left = 1; left <= most; left++) {
            Rule rule = rule();
            if (most - left >= least) {
                or(rule, end);
            }
            or(rule, part, next);
            next = rule;
        }
        return next;
    }

    /// `part` any number of times, then `end`.
    Rule repeat(Object part, Object end) {
        Rule rule = rule();
        or(rule, end);
        or(rule, part, rule);
        return rule;
    }

    Grammar build(Rule start) {
        return new Grammar(rules, start);
    }

    private static void add(Object part, List<Element> elements) {
        switch (part) {
            case String text -> {
                for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
                    elements.add(new OneOf(ByteSet.range(value & 0xff, value & 0xff)));
                }
            }
            case ByteSet bytes -> elements.add(new OneOf(bytes));
            case Element element -> elements.add(element);
            case List<?> parts -> parts.forEach(one -> add(one, elements));
            default -> throw new IllegalArgumentException("no part of a rule: " + part);
        }
    }
}
