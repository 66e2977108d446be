package io.autoglm.inference.text;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Ends an answer at the first stop string and never lets out a character of one: text that may be the beginning
/// of a stop string is held back until it is clear that it is not.
///
/// The match that is complete first wins; of those complete at the same character, the longest. One
/// Knuth–Morris–Pratt automaton for each stop string, so a character costs a few steps whatever came before.
public final class StopStrings {

    private final List<String> stops;
    private final boolean include;
    private final int[][] fallbacks;

    /// For each stop string, how much of it the end of the text matches.
    private final int[] matched;

    private final StringBuilder held = new StringBuilder();
    private @Nullable String match;

    /// @param stops none of them empty; may be an empty list
    public StopStrings(List<String> stops) {
        this(stops, false);
    }

    /// @param stops   none of them empty; may be an empty list
    /// @param include lets the stop string itself out, at the end
    public StopStrings(List<String> stops, boolean include) {
        this.include = include;
        this.stops = List.copyOf(stops);
        this.fallbacks = new int[stops.size()][];
        this.matched = new int[stops.size()];
        for (int i = 0; i < fallbacks.length; i++) {
            if (this.stops.get(i).isEmpty()) {
                throw new IllegalArgumentException("a stop string must not be empty");
            }
            fallbacks[i] = fallbacks(this.stops.get(i));
        }
    }

    /// @return what may be let out now, in order; empty once the answer has been stopped
    public String append(String text) {
        return append(text, true);
    }

    /// @param mayStop false where the answer is too short to end: a stop string that is complete within
    ///                `text` does not count, one that only begins there does
    /// @return as above
    public String append(String text, boolean mayStop) {
        if (stops.isEmpty()) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length() && match == null; i++) {
            append(text.charAt(i), mayStop, out);
        }
        return out.toString();
    }

    /// The text has ended by itself.
    ///
    /// @return what was held back
    public String end() {
        String rest = held.toString();
        held.setLength(0);
        return rest;
    }

    public boolean stopped() {
        return match != null;
    }

    private void append(char next, boolean mayStop, StringBuilder out) {
        held.append(next);
        int longest = 0;
        for (int i = 0; i < matched.length; i++) {
            String stop = stops.get(i);
            matched[i] = advance(stop, fallbacks[i], matched[i], next);
            if (matched[i] == stop.length() && !mayStop) {
                matched[i] = fallbacks[i][stop.length() - 1];
            }
            longest = Math.max(longest, matched[i]);
            if (matched[i] == stop.length() && (match == null || stop.length() > match.length())) {
                match = stop;
            }
        }
        int keep = match == null ? longest : include ? 0 : match.length();
        out.append(held, 0, held.length() - keep);
        if (match == null) {
            held.delete(0, held.length() - keep);
        } else {
            held.setLength(0);
        }
    }

    private static int advance(String stop, int[] fallback, int state, char next) {
        int at = state;
        while (at > 0 && (at == stop.length() || stop.charAt(at) != next)) {
            at = fallback[at - 1];
        }
        return stop.charAt(at) == next ? at + 1 : at;
    }

    /// For each prefix, the length of its longest proper suffix that is a prefix too.
    private static int[] fallbacks(String stop) {
        int[] fallbacks = new int[stop.length()];
        for (int i = 1, at = 0; i < stop.length(); i++) {
            at = advance(stop, fallbacks, at, stop.charAt(i));
            fallbacks[i] = at;
        }
        return fallbacks;
    }
}
