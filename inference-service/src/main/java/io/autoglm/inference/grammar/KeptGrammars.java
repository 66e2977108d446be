package io.autoglm.inference.grammar;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// Compiled grammars, the least recently used going first. Bounded in number and in bytes: as grammars
/// grow with what is asked of them, their bytes are added up whenever one is needed. Safe for concurrent
/// use.
///
/// These are the bounds of what is kept for the next request, not of what is alive: a grammar that was
/// let go lives until the last answer of that form ends. Each is bounded by itself ([GrammarBuilder] its
/// rules, [Grammar] its states and masks, together some 16 MB), and the batch loop bounds the answers
/// that are under way.
final class KeptGrammars {

    private static final int MOST = 32;

    private final long mostBytes;
    private final Map<String, Grammar> grammars = new LinkedHashMap<>(16, 0.75f, true);

    KeptGrammars(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /// Two threads may compile the same at once; the last is kept.
    Grammar get(String key, Supplier<Grammar> compiler) {
        synchronized (grammars) {
            Grammar known = grammars.get(key);
            if (known != null) {
                shrink();
                return known;
            }
        }
        Grammar compiled = compiler.get();
        synchronized (grammars) {
            grammars.put(key, compiled);
            shrink();
        }
        return compiled;
    }

    /// The one just asked for is the last and stays.
    private void shrink() {
        long bytes = 0;
        for (Map.Entry<String, Grammar> kept : grammars.entrySet()) {
            bytes += size(kept);
        }
        Iterator<Map.Entry<String, Grammar>> eldest = grammars.entrySet().iterator();
        while (grammars.size() > 1 && (grammars.size() > MOST || bytes > mostBytes)) {
            bytes -= size(eldest.next());
            eldest.remove();
        }
    }

    private static long size(Map.Entry<String, Grammar> kept) {
        return 2L * kept.getKey().length() + kept.getValue().bytes();
    }
}
