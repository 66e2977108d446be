package io.autoglm.inference.grammar;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All that the bytes so far may be in the middle of. Equal by its stacks. Its memory of where bytes lead belongs
/// to the [Grammar], under whose lock it is read and written.
final class State {

    static final State NOWHERE = new State(Set.of());

    final Set<Frame> frames;

    /// The fewest bytes to the end of the answer.
    final int shortest;

    /// The largest count in one of the stacks.
    final int widest;

    private final int hash;
    private final boolean complete;

    /// By class of byte; null until one is asked for.
    private @Nullable State @Nullable [] next;

    State(Set<Frame> frames) {
        this.frames = Set.copyOf(frames);
        int least = Rules.ENDLESS;
        int most = 0;
        for (Frame frame : this.frames) {
            least = Math.min(least, frame.need);
            most = Math.max(most, frame.widest);
        }
        this.shortest = least;
        this.widest = most;
        this.hash = this.frames.hashCode();
        this.complete = this.frames.contains(Frame.BOTTOM);
    }

    /// Whether the answer may end here.
    boolean complete() {
        return complete;
    }

    /// Whether it can also go on.
    boolean open() {
        return !complete || frames.size() > 1;
    }

    /// The stacks that allow the same tokens of less than `reach` bytes and count no further than that. All
    /// of them must need equally much less than these, or theirs could not be told from it. What lies below a
    /// count cut down to `reach` is beyond their reach too.
    ///
    /// @return null where only these do
    @Nullable
    Set<Frame> within(int reach, Rules rules, Effort effort) {
        if (widest <= reach) {
            return null;
        }
        Set<Frame> within = new HashSet<>();
        int less = -1;
        for (Frame frame : frames) {
            effort.spend(frame.depth);
            Frame near = frame.within(reach, rules);
            if (less >= 0 && frame.need - near.need != less) {
                return null;
            }
            less = frame.need - near.need;
            within.add(near);
        }
        return within;
    }

    /// @return null if not known
    @Nullable
    State next(int ofClass) {
        return next == null ? null : next[ofClass];
    }

    void leads(int ofClass, int classes, State to) {
        if (next == null) {
            next = new State[classes];
        }
        next[ofClass] = to;
    }

    void forget() {
        next = null;
    }

    /// What this takes in memory, roughly; a frame is some 64 bytes, and two slots of a set.
    long bytes(int classes) {
        return 64 + 4L * classes + 80L * frames.size();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof State state && state.hash == hash && state.frames.equals(frames);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
