package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.OneOf;
import io.autoglm.inference.grammar.Element.Repeat;
import io.autoglm.inference.grammar.Element.Rule;

/// One way to write a rule, and what the rest of it takes from each element on. Compared by identity.
final class Alternative {

    /// That of [Frame#BOTTOM].
    static final Alternative NONE = new Alternative(new Element[0], new int[0], new int[0]);

    private final Element[] elements;

    /// The fewest bytes of `elements[i…]`; one more than there are elements.
    private final int[] shortest;

    /// The frames that a shortest way through `elements[i…]` puts above the one below.
    private final int[] height;

    /// @param shortest of each rule
    /// @param height   of each rule
    Alternative(Element[] elements, int[] shortest, int[] height) {
        this.elements = elements;
        int length = elements.length;
        this.shortest = new int[length + 1];
        this.height = new int[length + 1];
        for (int i = length - 1; i >= 0; i--) {
            boolean last = i + 1 == length;
            int bytes = switch (elements[i]) {
                case OneOf one -> 1;
                case Rule(int index) -> shortest[index];
                case Repeat(Rule part, int least, int most) -> times(least, shortest[part.index()]);
            };
            int frames = switch (elements[i]) {
                case OneOf one -> 1;
                case Rule(int index) -> height[index] + (last ? 0 : 1);
                case Repeat(Rule part, int least, int most) -> least == 0 ? 0 : height[part.index()] + 1;
            };
            this.shortest[i] = plus(bytes, this.shortest[i + 1]);
            this.height[i] = Math.max(frames, this.height[i + 1]);
        }
    }

    int length() {
        return elements.length;
    }

    Element element(int at) {
        return elements[at];
    }

    int shortest(int at) {
        return shortest[at];
    }

    int height(int at) {
        return height[at];
    }

    static int plus(int some, int more) {
        return Math.min(Rules.ENDLESS, some + more);
    }

    static int times(int count, int bytes) {
        return (int) Math.min(Rules.ENDLESS, (long) count * bytes);
    }
}
