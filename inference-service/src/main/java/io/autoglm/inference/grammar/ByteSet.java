package io.autoglm.inference.grammar;

/// A set of bytes, one bit for each.
record ByteSet(long w0, long w1, long w2, long w3) {

    static final ByteSet NONE = new ByteSet(0, 0, 0, 0);

    static ByteSet of(String ascii) {
        ByteSet set = NONE;
        for (int i = 0; i < ascii.length(); i++) {
            set = set.with(ascii.charAt(i), ascii.charAt(i));
        }
        return set;
    }

    static ByteSet range(int from, int to) {
        return NONE.with(from, to);
    }

    /// This and all from `from` to `to`, inclusive.
    ByteSet with(int from, int to) {
        long[] words = {w0, w1, w2, w3};
        for (int value = from; value <= to; value++) {
            words[value >> 6] |= 1L << value;
        }
        return new ByteSet(words[0], words[1], words[2], words[3]);
    }

    ByteSet without(String ascii) {
        return without(of(ascii));
    }

    ByteSet without(ByteSet out) {
        return new ByteSet(w0 & ~out.w0, w1 & ~out.w1, w2 & ~out.w2, w3 & ~out.w3);
    }

    ByteSet or(ByteSet other) {
        return new ByteSet(w0 | other.w0, w1 | other.w1, w2 | other.w2, w3 | other.w3);
    }

    boolean isEmpty() {
        return (w0 | w1 | w2 | w3) == 0;
    }

    boolean has(int value) {
        long word = switch (value >> 6) {
            case 0 -> w0;
            case 1 -> w1;
            case 2 -> w2;
            default -> w3;
        };
        return (word >>> value & 1) != 0;
    }
}
