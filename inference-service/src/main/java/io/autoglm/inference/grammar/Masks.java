package io.autoglm.inference.grammar;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The masks of one [Grammar] that were needed last, up to a limit in bytes. Under the grammar's lock.
final class Masks {

    private static final long MOST_BYTES = 4 << 20;

    private record Key(Set<Frame> frames, TokenTrie trie) {}

    private final Map<Key, Mask> masks = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /// The tokens of a trie that a state allows.
    Mask of(State state, TokenTrie trie, Grammar grammar) {
        Key key = new Key(state.frames, trie);
        Mask known = masks.get(key);
        if (known != null) {
            return known;
        }
        Mask mask = trie.allowed(grammar, state);
        masks.put(key, mask);
        bytes += size(key, mask);
        Iterator<Map.Entry<Key, Mask>> eldest = masks.entrySet().iterator();
        while (bytes > MOST_BYTES && masks.size() > 1) {
            Map.Entry<Key, Mask> gone = eldest.next();
            bytes -= size(gone.getKey(), gone.getValue());
            eldest.remove();
        }
        return mask;
    }

    long bytes() {
        return bytes;
    }

    private static long size(Key key, Mask mask) {
        return 120 + 80L * key.frames.size() + mask.bytes();
    }
}
