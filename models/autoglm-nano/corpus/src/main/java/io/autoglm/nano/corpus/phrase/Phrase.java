package io.autoglm.nano.corpus.phrase;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// A phrase with choices in it: `{a|b}` is one of several, `[a|b]` is one of several or nothing, `\` takes the next
/// character as it is. Both nest. Slots such as `$name` are left in the drawn text for [Slots] to fill.
public sealed interface Phrase {
    /// One expansion, every alternative of a choice being equally likely and an optional part present half the time.
    String draw(RandomGenerator random);

    /// The number of expansions, as a double because it may be huge.
    double size();

    /// The text outside all choices, with a gap marked by U+0000 wherever a choice stands.
    String skeleton();

    static Phrase parse(String text) {
        return new PhraseParser(text).parse();
    }

    record Text(String text) implements Phrase {
        @Override
        public String draw(RandomGenerator random) {
            return text;
        }

        @Override
        public double size() {
            return 1;
        }

        @Override
        public String skeleton() {
            return text;
        }
    }

    record Choice(List<Phrase> alternatives, boolean optional) implements Phrase {
        public Choice {
            alternatives = List.copyOf(alternatives);
        }

        @Override
        public String draw(RandomGenerator random) {
            if (optional && random.nextBoolean()) {
                return "";
            }
            return alternatives.get(random.nextInt(alternatives.size())).draw(random);
        }

        @Override
        public double size() {
            return alternatives.stream().mapToDouble(Phrase::size).sum() + (optional ? 1 : 0);
        }

        @Override
        public String skeleton() {
            return "\0";
        }
    }

    record Sequence(List<Phrase> parts) implements Phrase {
        public Sequence {
            parts = List.copyOf(parts);
        }

        @Override
        public String draw(RandomGenerator random) {
            var text = new StringBuilder();
            parts.forEach(part -> text.append(part.draw(random)));
            return text.toString();
        }

        @Override
        public double size() {
            return parts.stream().mapToDouble(Phrase::size).reduce(1, (a, b) -> a * b);
        }

        @Override
        public String skeleton() {
            var text = new StringBuilder();
            parts.forEach(part -> text.append(part.skeleton()));
            return text.toString();
        }
    }

    /// The parts of a phrase in order, as the parser collects them.
    static Phrase sequence(List<Phrase> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Sequence(new ArrayList<>(parts));
    }
}
