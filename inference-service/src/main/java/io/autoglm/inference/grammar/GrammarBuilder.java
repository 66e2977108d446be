package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.OneOf;
import io.autoglm.inference.grammar.Element.Repeat;
import io.autoglm.inference.grammar.Element.Rule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Writes the rules of a [Grammar], and refuses a schema that needs too many.
final class GrammarBuilder {

    /// A schema of some hundred properties needs a few thousand.
    private static final int MOST_RULES = 50_000;

    /// A schema of a thousand properties needs some 60,000. 12 bytes each, and a rule's 96 for each of
    /// its ways: so the rules of one grammar take a few MB.
    private static final int MOST_ELEMENTS = 100_000;

    private static final List<OneOf> BYTES = IntStream.range(0, 256)
            .mapToObj(value -> new OneOf(ByteSet.range(value, value)))
            .toList();

    private final List<List<Element[]>> rules = new ArrayList<>();
    private int elements;

    /// A rule to refer to, which gets its alternatives later.
    Rule rule() {
        if (rules.size() == MOST_RULES) {
            throw Keywords.refusal("", "needs a grammar of more than " + MOST_RULES + " rules");
        }
        rules.add(new ArrayList<>());
        return new Rule(rules.size() - 1);
    }

    /// Adds an alternative: parts are strings (their UTF-8 bytes), byte sets, elements, or lists of these.
    void or(Rule rule, Object... parts) {
        List<Element> way = new ArrayList<>();
        for (Object part : parts) {
            add(part, way);
        }
        or(rule, way);
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

    /// `parts`, which must not be empty, from `least` to `most` times.
    Repeat repeat(int least, int most, Object... parts) {
        return new Repeat(parts.length == 1 && parts[0] instanceof Rule rule ? rule : sequence(parts), least, most);
    }

    /// One of `texts`.
    Rule oneOf(Collection<String> texts) {
        Rule nothing = sequence();
        return oneOf(
                texts.stream().collect(Collectors.toMap(Function.identity(), text -> nothing, (one, same) -> one)));
    }

    /// One of some texts and what follows it. Those with the same beginning share it: so few are in question at a
    /// time.
    Rule oneOf(Map<String, Rule> following) {
        List<Branch> sorted = following.entrySet().stream()
                .map(e -> new Branch(e.getKey().getBytes(StandardCharsets.UTF_8), e.getValue()))
                .sorted(Comparator.comparing(branch -> branch.text, Arrays::compareUnsigned))
                .toList();
        return oneOf(sorted, 0);
    }

    private static final class Branch {

        final byte[] text;
        final Rule next;

        Branch(byte[] text, Rule next) {
            this.text = text;
            this.next = next;
        }
    }

    Rules build() {
        return new Rules(rules);
    }

    /// @param branches in the order of their bytes, of which the first `depth` are the same
    private Rule oneOf(List<Branch> branches, int depth) {
        Rule rule = rule();
        int at = 0;
        while (at < branches.size()) {
            byte[] text = branches.get(at).text;
            int end = at + 1;
            while (end < branches.size() && depth < text.length && branches.get(end).text[depth] == text[depth]) {
                end++;
            }
            int shared = Arrays.mismatch(text, branches.get(end - 1).text);
            int split = shared < 0 ? text.length : shared;
            List<Element> way = new ArrayList<>();
            add(text, depth, split, way);
            way.add(end - at > 1 ? oneOf(branches.subList(at, end), split) : branches.get(at).next);
            or(rule, way);
            at = end;
        }
        return rule;
    }

    private void or(Rule rule, List<Element> way) {
        elements += way.size();
        if (elements > MOST_ELEMENTS) {
            throw Keywords.refusal("", "needs a grammar of more than " + MOST_ELEMENTS + " elements");
        }
        rules.get(rule.index()).add(way.toArray(Element[]::new));
    }

    private static void add(byte[] text, int from, int to, List<Element> way) {
        for (int i = from; i < to; i++) {
            way.add(BYTES.get(text[i] & 0xff));
        }
    }

    private static void add(Object part, List<Element> way) {
        switch (part) {
            case String text -> {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                add(bytes, 0, bytes.length, way);
            }
            case ByteSet bytes -> way.add(new OneOf(bytes));
            case Element element -> way.add(element);
            case List<?> parts -> parts.forEach(one -> add(one, way));
            default -> throw new IllegalArgumentException("no part of a rule: " + part);
        }
    }
}
