package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.OneOf;
import io.autoglm.inference.grammar.Element.Repeat;
import io.autoglm.inference.grammar.Element.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/// The rules of a [Grammar], with the fewest bytes that each describes and the classes of bytes that no rule tells
/// apart. Immutable.
final class Rules {

    /// Bytes of a rule that can never end.
    static final int ENDLESS = Integer.MAX_VALUE / 4;

    private final Alternative[][] alternatives;
    private final int[] shortest;
    private final long bytes;

    private ByteSet written = ByteSet.NONE;
    private final int[] classOf = new int[256];
    private final int[] firstOfClass;

    Rules(List<List<Element[]>> rules) {
        this.shortest = new int[rules.size()];
        int[] height = new int[rules.size()];
        new Lengths(rules, shortest, height).find();
        this.alternatives = rules.stream()
                .map(ways -> ways.stream()
                        .map(way -> new Alternative(way, shortest, height))
                        .toArray(Alternative[]::new))
                .toArray(Alternative[][]::new);
        this.bytes = rules.stream()
                .flatMap(List::stream)
                .mapToLong(way -> 96 + 12L * way.length)
                .sum();
        this.firstOfClass = classify(rules);
    }

    Alternative[] of(int rule) {
        return alternatives[rule];
    }

    /// The fewest bytes that a rule describes, at least [#ENDLESS] if it describes nothing.
    int shortest(Rule rule) {
        return shortest[rule.index()];
    }

    int classOf(int value) {
        return classOf[value];
    }

    int classes() {
        return firstOfClass.length;
    }

    /// The least byte of a class; ascending with the class.
    int firstOfClass(int index) {
        return firstOfClass[index];
    }

    /// Every byte that is in a rule.
    ByteSet written() {
        return written;
    }

    /// What these take in memory, roughly.
    long bytes() {
        return bytes;
    }

    /// Splits the bytes by each set in turn.
    private int[] classify(List<List<Element[]>> rules) {
        Set<ByteSet> sets = new HashSet<>();
        for (List<Element[]> ways : rules) {
            for (Element[] way : ways) {
                for (Element element : way) {
                    if (element instanceof OneOf(ByteSet set)) {
                        sets.add(set);
                    }
                }
            }
        }
        int classes = 1;
        for (ByteSet set : sets) {
            written = written.or(set);
            Map<Integer, Integer> split = new HashMap<>();
            for (int value = 0; value < 256; value++) {
                classOf[value] =
                        split.computeIfAbsent(set.has(value) ? classOf[value] : ~classOf[value], sides -> split.size());
            }
            classes = split.size();
        }
        int[] first = new int[classes];
        Map<Integer, Integer> ordered = new HashMap<>();
        for (int value = 0; value < 256; value++) {
            int known = ordered.size();
            classOf[value] = ordered.computeIfAbsent(classOf[value], old -> known);
            if (classOf[value] == known) {
                first[known] = value;
            }
        }
        return first;
    }

    /// Knuth's generalization of Dijkstra's algorithm (Information Processing Letters 6, 1977): rules are settled
    /// from the shortest up, each once, so the time is that of reading the grammar. Among equally short ways the
    /// one of fewest frames counts.
    private static final class Lengths {

        /// A way that waits for some of its rules.
        private static final class Waiting {

            final int rule;
            final Element[] way;
            int unsettled;

            Waiting(int rule, Element[] way) {
                this.rule = rule;
                this.way = way;
            }
        }

        private record Found(int rule, int shortest, int height) {}

        private final int[] shortest;
        private final int[] height;
        private final Map<Integer, List<Waiting>> waiting = new HashMap<>();
        private final PriorityQueue<Found> found =
                new PriorityQueue<>(Comparator.comparingInt(Found::shortest).thenComparingInt(Found::height));

        Lengths(List<List<Element[]>> rules, int[] shortest, int[] height) {
            this.shortest = shortest;
            this.height = height;
            Arrays.fill(shortest, ENDLESS);
            for (int rule = 0; rule < rules.size(); rule++) {
                for (Element[] way : rules.get(rule)) {
                    await(new Waiting(rule, way));
                }
            }
        }

        void find() {
            boolean[] settled = new boolean[shortest.length];
            for (Found next = found.poll(); next != null; next = found.poll()) {
                int rule = next.rule;
                if (settled[rule]) {
                    continue;
                }
                settled[rule] = true;
                shortest[rule] = next.shortest;
                height[rule] = next.height;
                for (Waiting way : waiting.getOrDefault(rule, List.of())) {
                    if (--way.unsettled == 0) {
                        offer(way);
                    }
                }
            }
        }

        private void await(Waiting way) {
            for (Element element : way.way) {
                int rule = switch (element) {
                    case OneOf one -> -1;
                    case Rule(int index) -> index;
                    case Repeat(Rule part, int least, int most) -> least == 0 ? -1 : part.index();
                };
                if (rule >= 0) {
                    way.unsettled++;
                    waiting.computeIfAbsent(rule, of -> new ArrayList<>()).add(way);
                }
            }
            if (way.unsettled == 0) {
                offer(way);
            }
        }

        private void offer(Waiting way) {
            Alternative whole = new Alternative(way.way, shortest, height);
            found.add(new Found(way.rule, whole.shortest(0), whole.height(0)));
        }
    }
}
