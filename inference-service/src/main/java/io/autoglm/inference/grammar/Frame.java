package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Repeat;
import org.jspecify.annotations.Nullable;

/// A place in an alternative, and what comes behind it. Equal by structure.
///
/// A frame is only made where the answer can be ended from it with [#need] bytes and no more than [#DEEPEST]
/// frames: whatever byte is allowed, there is a way to the end.
final class Frame {

    /// The end of the answer.
    static final Frame BOTTOM = new Frame();

    /// Frames of a stack. A level of nested JSON has two or three, and readers of JSON give up at a thousand
    /// levels.
    static final int DEEPEST = 200;

    final Alternative way;
    final int at;

    /// How often a [Repeat] at this place still has to come and still may.
    final int least;

    final int most;
    final Frame under;
    final int depth;

    /// The fewest bytes to the end of the answer.
    final int need;

    /// The largest count, here or below, that a byte could change.
    final int widest;

    private final int hash;

    private Frame() {
        this.way = Alternative.NONE;
        this.at = 0;
        this.least = 0;
        this.most = 0;
        this.under = this;
        this.depth = 0;
        this.need = 0;
        this.widest = 0;
        this.hash = 1;
    }

    private Frame(Alternative way, int at, int least, int most, Frame under, int need) {
        this.way = way;
        this.at = at;
        this.least = least;
        this.most = most;
        this.under = under;
        this.depth = under.depth + 1;
        this.need = need;
        this.widest = Math.max(under.widest, most == Repeat.UNBOUNDED ? least : most);
        this.hash = (((System.identityHashCode(way) * 31 + at) * 31 + least) * 31 + most) * 31 + under.hash;
    }

    /// @return `under` where nothing is left of `way`; null if the answer could not be ended from here
    static @Nullable Frame of(Alternative way, int at, Frame under) {
        if (at == way.length()) {
            return under;
        }
        int need = Alternative.plus(way.shortest(at), under.need);
        if (need == Rules.ENDLESS || under.depth + way.height(at) > DEEPEST) {
            return null;
        }
        return way.element(at) instanceof Repeat(var part, int least, int most)
                ? new Frame(way, at, least, most, under, need)
                : new Frame(way, at, 0, 0, under, need);
    }

    Element element() {
        return way.element(at);
    }

    /// Behind this element.
    @Nullable
    Frame after() {
        return of(way, at + 1, under);
    }

    /// Behind one more of this frame's [Repeat], of which `each` has the fewest bytes.
    @Nullable
    Frame again(int each) {
        int nowLeast = Math.max(0, least - 1);
        int nowMost = most == Repeat.UNBOUNDED ? most : most - 1;
        return nowMost == 0 ? after() : counted(nowLeast, nowMost, under, each);
    }

    /// This stack with no count above `reach`: so many bytes on, it still allows what this one allows.
    Frame within(int reach, Rules rules) {
        if (widest <= reach) {
            return this;
        }
        Frame below = under.within(reach, rules);
        if (element() instanceof Repeat(var part, int first, int last)) {
            int nowMost = most == Repeat.UNBOUNDED ? most : Math.min(most, reach);
            return counted(Math.min(least, reach), nowMost, below, rules.shortest(part));
        }
        return new Frame(way, at, 0, 0, below, Alternative.plus(way.shortest(at), below.need));
    }

    private Frame counted(int nowLeast, int nowMost, Frame below, int each) {
        int rest = Alternative.plus(way.shortest(at + 1), below.need);
        return new Frame(way, at, nowLeast, nowMost, below, Alternative.plus(Alternative.times(nowLeast, each), rest));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // stacks share what is below
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof Frame frame) || frame.hash != hash || frame.depth != depth) {
            return false;
        }
        Frame mine = this;
        Frame theirs = frame;
        while (mine != theirs) {
            if (mine.way != theirs.way
                    || mine.at != theirs.at
                    || mine.least != theirs.least
                    || mine.most != theirs.most) {
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
}
