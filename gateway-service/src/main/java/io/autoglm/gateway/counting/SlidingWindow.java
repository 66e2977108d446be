package io.autoglm.gateway.counting;

/// Requests of the last second or minute, in {@value #SLICES} slices of time and the one that is being filled.
///
/// With slices of `w = W / 100` it counts all that came since `⌊t / w⌋·w − W`, which is between `W` and `W + w`
/// ago. So never more than the limit are let in within any window of `W`, and what was let in is forgotten at
/// most `w` late: under load without a pause, at least 100 in 101 of the limit are let in (99 %). A window of
/// two weighted halves, as Cloudflare counts ("How we built rate limiting capable of scaling to millions of
/// domains", 2017), is smaller, but lets in up to twice the limit within one window; and GCRA, or a token
/// bucket, lets in the limit at once and the limit again while the window lasts.
///
/// Not thread-safe; its owner guards it. Times are microseconds.
final class SlidingWindow {
    static final int SLICES = 100;

    private final long windowMicros;
    private final long widthMicros;
    private final int[] slices = new int[SLICES + 1];
    private int count;
    private long first;
    private long last;

    SlidingWindow(long windowMicros) {
        this.windowMicros = windowMicros;
        this.widthMicros = windowMicros / SLICES;
    }

    /// Forgets what has left the window.
    void moveTo(long nowMicros) {
        long current = nowMicros / widthMicros;
        boolean empty = count == 0 || last < current - SLICES || last > current + SLICES;
        if (empty) {
            java.util.Arrays.fill(slices, 0);
            count = 0;
            first = current;
            last = current;
        }
        long oldest = Math.max(current, last) - SLICES;
        for (; first < oldest; first++) {
            count -= slices[at(first)];
            slices[at(first)] = 0;
        }
    }

    /// After {@link #moveTo} the same time.
    void add(long nowMicros) {
        last = Math.max(last, nowMicros / widthMicros);
        slices[at(last)]++;
        count++;
    }

    int count() {
        return count;
    }

    /// Until fewer than `most` are counted, if none comes.
    long microsUntilFewerThan(int most, long nowMicros) {
        int left = count;
        for (long slice = first; slice <= last; slice++) {
            left -= slices[at(slice)];
            if (left < most) {
                return (slice + SLICES + 1) * widthMicros - nowMicros;
            }
        }
        return windowMicros;
    }

    long microsUntilNone(long nowMicros) {
        return count == 0 ? 0 : (last + SLICES + 1) * widthMicros - nowMicros;
    }

    private int at(long slice) {
        return (int) Math.floorMod(slice, (long) slices.length);
    }
}
