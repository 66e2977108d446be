package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.OneOf;
import io.autoglm.inference.grammar.Element.Repeat;
import io.autoglm.inference.grammar.Element.Rule;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A context-free grammar over bytes, run as llama.cpp runs its own (`llama-grammar.cpp`): a [State] is
/// the set of all stacks that the bytes so far allow. Rules may call themselves at their end without
/// limit (the frame that has nothing left is not kept) and elsewhere to the depth of [Frame#DEEPEST]. A
/// byte after which there would be too many ways to read what is written (see [#MOST_PLACES]) is not
/// allowed, as one is not that leads too deep.
///
/// States and the masks of allowed tokens are kept for the next sequence with the same grammar, up to a
/// limit in bytes; then all states are let go and found again as they are needed. A sequence under way
/// keeps the stacks of the one it is in, and needs no more. All of it under this object's lock, which is
/// hardly ever contended: the batch loop is the one that walks.
final class Grammar {

    private static final long MOST_STATE_BYTES = 8 << 20;

    /// Places that the search for what may come after one byte looks at, some three for each stack that it
    /// finds. Two ways to read each level of nesting are 2^n stacks after n levels, but a thousand
    /// alternatives beside each other need some 3000 places. How many all bytes of a mask may need, [Effort]
    /// says.
    static final int MOST_PLACES = 5000;

    /// The longest answer that is worth the search for its bytes.
    private static final int MOST_WAY_BYTES = 1024;

    private final Rules rules;
    private final State start;
    private final Map<State, State> states = new HashMap<>();
    private final Masks masks = new Masks();
    private final Effort effort = new Effort();
    private final long mostStateBytes;
    private long stateBytes;

    /// Written under the lock, read by whoever keeps grammars.
    private volatile long bytes;

    Grammar(Rules rules, Rule start) {
        this(rules, start, MOST_STATE_BYTES);
    }

    Grammar(Rules rules, Rule start, long mostStateBytes) {
        this.rules = rules;
        this.mostStateBytes = mostStateBytes;
        Deque<Frame> begin = new ArrayDeque<>();
        expand(start, Frame.BOTTOM, begin);
        Set<Frame> frames = settled(begin);
        if (frames == null) {
            throw Keywords.refusal("", "has more than " + MOST_PLACES + " ways to begin");
        }
        this.start = new State(frames);
        forget();
        count();
    }

    State start() {
        return start;
    }

    /// Every byte that is written somewhere.
    ByteSet written() {
        return rules.written();
    }

    /// The fewest bytes of a whole answer; at least [Rules#ENDLESS] if there is none.
    int shortestAnswer() {
        return start.shortest;
    }

    /// What this takes in memory, roughly.
    long bytes() {
        return bytes;
    }

    /// Finds the mask that every answer begins with, so that no step of the engine has to wait for it.
    ///
    /// @throws TooManyWaysException if there are too many ways to begin
    void prepare(Vocabulary vocabulary) {
        allow(start, vocabulary, 0, new long[0]);
    }

    /// Sets the bits of the tokens after which no more than `limit` bytes are needed to the end.
    ///
    /// @throws TooManyWaysException if that cannot be found in time
    synchronized void allow(State state, Vocabulary vocabulary, int limit, long[] target) {
        effort.begin();
        for (TokenTrie trie : vocabulary.tries()) {
            State near = near(state, trie.longest() + 1);
            masks.of(near, trie, this).write(limit - (state.shortest - near.shortest), target);
        }
        count();
    }

    /// @return null if no answer goes on so
    synchronized @Nullable State advance(State state, byte[] more) {
        effort.begin();
        State reached = state;
        for (int i = 0; i < more.length && reached != null; i++) {
            reached = next(reached, more[i] & 0xff);
        }
        count();
        return reached;
    }

    /// The shortest bytes to the end, of several the first in their order: so the way from a later state is the
    /// rest of this one.
    ///
    /// @return null if it is of more than [#MOST_WAY_BYTES], or leads through too many ways to read it
    /// @throws TooManyWaysException if it cannot be found in time
    synchronized byte @Nullable [] shortestWay(State state) {
        if (state.shortest > MOST_WAY_BYTES) {
            return null;
        }
        effort.begin();
        byte[] way = new byte[state.shortest];
        State at = state;
        for (int i = 0; i < way.length; i++) {
            State closer = null;
            for (int ofClass = 0; closer == null && ofClass < rules.classes(); ofClass++) {
                int value = rules.firstOfClass(ofClass);
                State next = next(at, value);
                if (next != null && next.shortest < at.shortest) {
                    way[i] = (byte) value;
                    closer = next;
                }
            }
            if (closer == null) {
                return null;
            }
            at = closer;
        }
        count();
        return way;
    }

    /// @return null if no answer goes on so; to be called under this object's lock
    @Nullable
    State next(State state, int value) {
        int ofClass = rules.classOf(value);
        State known = state.next(ofClass);
        if (known == null) {
            Deque<Frame> on = new ArrayDeque<>();
            effort.spend(Effort.STATE + state.frames.size());
            for (Frame frame : state.frames) {
                if (frame.way.length() > 0 && frame.element() instanceof OneOf(ByteSet set) && set.has(value)) {
                    push(frame.after(), on);
                }
            }
            Set<Frame> frames = settled(on);
            known = frames == null || frames.isEmpty() ? State.NOWHERE : state(frames);
            state.leads(ofClass, rules.classes(), known);
        }
        return known.frames.isEmpty() ? null : known;
    }

    private State state(Set<Frame> frames) {
        State fresh = new State(frames);
        State known = states.get(fresh);
        if (known != null) {
            return known;
        }
        if (stateBytes > mostStateBytes) {
            forget();
        }
        states.put(fresh, fresh);
        stateBytes += fresh.bytes(rules.classes());
        return fresh;
    }

    /// Cuts every state off from those it leads to, or the first would hold them all.
    private void forget() {
        states.values().forEach(State::forget);
        states.clear();
        states.put(start, start);
        stateBytes = start.bytes(rules.classes());
    }

    private void count() {
        bytes = rules.bytes() + stateBytes + masks.bytes();
    }

    /// A state that allows the same tokens of less than `reach` bytes, the same for as many as can be.
    private State near(State state, int reach) {
        Set<Frame> frames = state.within(reach, rules, effort);
        return frames == null ? state : state(frames);
    }

    /// Goes on from each place, up to where a byte is needed or nothing is left.
    ///
    /// @return null if that is more than [#MOST_PLACES] away
    private @Nullable Set<Frame> settled(Deque<Frame> places) {
        Set<Frame> settled = new HashSet<>();
        Set<Frame> seen = new HashSet<>();
        for (int looked = 0; !places.isEmpty(); looked++) {
            if (looked == MOST_PLACES) {
                return null;
            }
            effort.spend(1);
            Frame frame = places.pop();
            if (frame.way.length() == 0 || frame.element() instanceof OneOf) {
                settled.add(frame);
            } else if (seen.add(frame)) {
                proceed(frame, places);
            }
        }
        return settled;
    }

    private void proceed(Frame frame, Deque<Frame> places) {
        switch (frame.element()) {
            case OneOf one -> throw new IllegalStateException("a byte is needed first");
            case Rule rule -> expand(rule, frame.after(), places);
            case Repeat(Rule part, int first, int last) -> {
                if (frame.least == 0) {
                    push(frame.after(), places);
                }
                if (frame.most > 0) {
                    expand(part, frame.again(rules.shortest(part)), places);
                }
            }
        }
    }

    private void expand(Rule rule, @Nullable Frame under, Deque<Frame> places) {
        if (under != null) {
            for (Alternative way : rules.of(rule.index())) {
                push(Frame.of(way, 0, under), places);
            }
        }
    }

    private static void push(@Nullable Frame frame, Deque<Frame> places) {
        if (frame != null) {
            places.push(frame);
        }
    }
}
