package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.OneOf;
import io.autoglm.inference.grammar.Element.Rule;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A context-free grammar over bytes, run as llama.cpp runs its own (`llama-grammar.cpp`): a [State] is the set
/// of all stacks that the bytes so far allow, each with a byte set on top. Rules may call themselves at their end
/// without limit (the frame that has nothing left is not kept) and elsewhere to a bounded depth; never at their
/// beginning.
///
/// States and the masks of allowed tokens are kept for the next sequence with the same grammar. All of it under
/// this object's lock, which is hardly ever contended: the batch loop is the one that walks.
final class Grammar {

    /// A rule that can never end.
    static final int ENDLESS = Integer.MAX_VALUE / 4;

    /// Frames of a stack. A level of nested JSON has two or three, and readers of JSON give up at a thousand
    /// levels.
    private static final int DEEPEST = 200;

    private static final int MOST_STATES = 20_000;

    /// 19 kB each for a vocabulary of 152k.
    private static final int MOST_MASKS = 128;

    private final Element[][][] rules;

    /// The fewest bytes that each rule describes.
    private final int[] shortest;

    private final State start;
    private final Map<Set<Frame>, State> states = new HashMap<>();
    private final Map<State, Mask> masks = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<State, Mask> eldest) {
            return size() > MOST_MASKS;
        }
    };

    Grammar(List<List<List<Element>>> rules, Rule start) {
        this.rules = rules.stream()
                .map(alternatives -> alternatives.stream()
                        .map(parts -> parts.toArray(Element[]::new))
                        .toArray(Element[][]::new))
                .toArray(Element[][][]::new);
        this.shortest = shortest();
        Set<Frame> frames = new HashSet<>();
        expand(start.index(), Frame.BOTTOM, frames, new HashSet<>());
        this.start = state(frames);
    }

    State start() {
        return start;
    }

    /// The fewest bytes of a whole answer; at least [#ENDLESS] if there is none.
    int shortestAnswer() {
        return start.shortest;
    }

    /// Tokens that a state allows, not to be changed.
    static final class Mask {

        final long[] words;

        /// Of the states that they lead to, the most bytes that one needs to its end.
        final int longestRest;

        Mask(long[] words, int longestRest) {
            this.words = words;
            this.longestRest = longestRest;
        }
    }

    synchronized Mask mask(State state, TokenTrie tokens) {
        return masks.computeIfAbsent(state, from -> tokens.allowed(this, from, ENDLESS));
    }

    /// Tokens after which no more than `rest` bytes are needed to the end.
    synchronized Mask mask(State state, TokenTrie tokens, int rest) {
        return tokens.allowed(this, state, rest);
    }

    /// @return null if no answer goes on so
    synchronized @Nullable State advance(State state, byte[] bytes) {
        State reached = state;
        for (int i = 0; i < bytes.length && reached != null; i++) {
            reached = next(reached, bytes[i] & 0xff);
        }
        return reached;
    }

    /// @return null if no answer goes on so; to be called under this object's lock
    @Nullable
    State next(State state, int value) {
        State known = state.next[value];
        if (known == null) {
            Set<Frame> frames = new HashSet<>();
            for (Frame frame : state.frames) {
                if (frame.rest.length > 0
                        && ((OneOf) frame.rest[frame.at]).bytes().has(value)) {
                    resume(frame.rest, frame.at + 1, frame.under, frames, new HashSet<>());
                }
            }
            known = frames.isEmpty() ? State.NOWHERE : state(frames);
            state.next[value] = known;
        }
        return known == State.NOWHERE ? null : known;
    }

    private State state(Set<Frame> frames) {
        if (states.size() > MOST_STATES) {
            states.clear();
        }
        return states.computeIfAbsent(frames, State::new);
    }

    /// Goes on with `rest[at…]` above `under`, up to where a byte is needed or nothing is left.
    private void resume(Element[] rest, int at, Frame under, Set<Frame> frames, Set<Call> calls) {
        if (at == rest.length) {
            if (under.depth == 0) {
                frames.add(Frame.BOTTOM);
            } else {
                resume(under.rest, under.at, under.under, frames, calls);
            }
        } else if (rest[at] instanceof Rule(int index)) {
            Frame above = at + 1 == rest.length ? under : frame(rest, at + 1, under);
            expand(index, above, frames, calls);
        } else {
            Frame frame = frame(rest, at, under);
            if (frame.depth <= DEEPEST) {
                frames.add(frame);
            }
        }
    }

    private record Call(int rule, Frame under) {}

    private void expand(int rule, Frame under, Set<Frame> frames, Set<Call> calls) {
        if (under.depth > DEEPEST || !calls.add(new Call(rule, under))) {
            return;
        }
        for (Element[] alternative : rules[rule]) {
            resume(alternative, 0, under, frames, calls);
        }
    }

    private Frame frame(Element[] rest, int at, Frame under) {
        int needed = under.shortest;
        for (int i = at; i < rest.length; i++) {
            needed = Math.min(ENDLESS, needed + shortest(rest[i]));
        }
        return new Frame(rest, at, under, needed);
    }

    private int shortest(Element element) {
        return switch (element) {
            case OneOf one -> 1;
            case Rule(int index) -> shortest[index];
        };
    }

    /// To the fixed point, from below: a rule is as short as its shortest alternative.
    private int[] shortest() {
        int[] lengths = new int[rules.length];
        Arrays.fill(lengths, ENDLESS);
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int rule = rules.length - 1; rule >= 0; rule--) {
                for (Element[] alternative : rules[rule]) {
                    int length = 0;
                    for (Element element : alternative) {
                        int more = element instanceof Rule(int index) ? lengths[index] : 1;
                        length = Math.min(ENDLESS, length + more);
                    }
                    if (length < lengths[rule]) {
                        lengths[rule] = length;
                        changed = true;
                    }
                }
            }
        }
        return lengths;
    }

    /// What is left of an alternative, and what comes behind it. Equal by structure.
    static final class Frame {

        static final Frame BOTTOM = new Frame();

        final Element[] rest;
        final int at;
        final Frame under;
        final int depth;

        /// The fewest bytes to the end of the answer.
        final int shortest;

        private final int hash;

        private Frame() {
            this.rest = new Element[0];
            this.at = 0;
            this.under = this;
            this.depth = 0;
            this.shortest = 0;
            this.hash = 1;
        }

        Frame(Element[] rest, int at, Frame under, int shortest) {
            this.rest = rest;
            this.at = at;
            this.under = under;
            this.depth = under.depth + 1;
            this.shortest = shortest;
            this.hash = (System.identityHashCode(rest) * 31 + at) * 31 + under.hash;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            if (!(other instanceof Frame frame) || frame.hash != hash || frame.depth != depth) {
                return false;
            }
            Frame mine = this;
            Frame theirs = frame;
            while (mine != theirs) {
                if (!sameAlternative(mine.rest, theirs.rest) || mine.at != theirs.at) {
                    return false;
                }
                mine = mine.under;
                theirs = theirs.under;
            }
            return true;
        }

        @Override
        public int hashCode() {
            return hash;
        }

        /// Each alternative of the grammar is one array.
        @SuppressWarnings("ReferenceEquality")
        private static boolean sameAlternative(Element[] some, Element[] other) {
            return some == other;
        }
    }

    /// All that the bytes so far may be in the middle of.
    static final class State {

        static final State NOWHERE = new State(Set.of());

        private final Set<Frame> frames;
        private final @Nullable State[] next = new State[256];

        /// The fewest bytes to the end of the answer.
        final int shortest;

        State(Set<Frame> frames) {
            this.frames = frames;
            this.shortest =
                    frames.stream().mapToInt(frame -> frame.shortest).min().orElse(ENDLESS);
        }

        /// Whether the answer may end here.
        boolean complete() {
            return frames.contains(Frame.BOTTOM);
        }

        /// Whether it can also go on.
        boolean open() {
            return !complete() || frames.size() > 1;
        }
    }
}
