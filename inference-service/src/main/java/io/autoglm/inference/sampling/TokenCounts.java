package io.autoglm.inference.sampling;

import java.util.Arrays;

/// How often each token was seen: a hash table of ints by linear probing, whose entries also stand side by
/// side, so that penalties walk over plain arrays. Takes memory for the tokens of one sequence, not for a
/// vocabulary.
final class TokenCounts {

    /// Entries, in the order in which they came.
    private int[] tokens = new int[16];

    private int[] counts = new int[16];
    private int size;

    /// Places in `tokens`, plus 1; 0 for none. At most half full.
    private int[] places = new int[32];

    void add(int token, int count) {
        int slot = slot(token);
        if (places[slot] == 0) {
            if (size == tokens.length) {
                grow();
                slot = slot(token);
            }
            tokens[size] = token;
            places[slot] = ++size;
        }
        counts[places[slot] - 1] += count;
    }

    int size() {
        return size;
    }

    int token(int place) {
        return tokens[place];
    }

    int count(int place) {
        return counts[place];
    }

    private int slot(int token) {
        int mask = places.length - 1;
        int slot = ((token * 0x9E3779B9) >>> 7) & mask;
        while (places[slot] != 0 && tokens[places[slot] - 1] != token) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        tokens = Arrays.copyOf(tokens, 2 * size);
        counts = Arrays.copyOf(counts, 2 * size);
        places = new int[4 * size];
        for (int place = 0; place < size; place++) {
            places[slot(tokens[place])] = place + 1;
        }
    }
}
