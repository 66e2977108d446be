package io.autoglm.gateway.upstream;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/// Cuts a byte stream into events at blank lines (`\n\n`, `\r\n\r\n` or `\r\r`), without changing a byte: the
/// raw parts, put together, are what came in. Not thread-safe.
final class SseSplitter {
    private final int maxEventBytes;
    private Buffer pending = Buffer.buffer();
    /// Where in `pending` to look on: everything before it has been seen and ends no event.
    private int scanned;

    SseSplitter(int maxEventBytes) {
        this.maxEventBytes = maxEventBytes;
    }

    /// The events that `part` completes.
    ///
    /// @throws IllegalStateException when an event grows beyond the limit
    List<SseEvent> feed(Buffer part) {
        pending = pending.length() == 0 ? part.copy() : pending.appendBuffer(part);
        List<SseEvent> events = new ArrayList<>();
        int start = 0;
        int at = scanned;
        while (at < pending.length()) {
            int end = blankLineEnd(at);
            if (end > 0) {
                events.add(SseEvent.of(pending.getBuffer(start, end)));
                start = end;
                at = end;
            } else {
                at++;
            }
        }
        if (start > 0) {
            pending = pending.getBuffer(start, pending.length());
        }
        // A blank line may be cut in two; its longest form has four bytes.
        scanned = Math.max(0, pending.length() - 3);
        if (pending.length() > maxEventBytes) {
            throw new IllegalStateException("an event is larger than " + maxEventBytes + " bytes");
        }
        return events;
    }

    /// Where the blank line beginning at `at` ends, or -1 where none begins. A `\r\n\r` at the very end waits for more.
    private int blankLineEnd(int at) {
        byte first = pending.getByte(at);
        if (first == '\n') {
            return byteAt(at + 1) == '\n' ? at + 2 : -1;
        }
        if (first != '\r') {
            return -1;
        }
        if (byteAt(at + 1) == '\r') {
            return at + 2;
        }
        return byteAt(at + 1) == '\n' && byteAt(at + 2) == '\r' && byteAt(at + 3) == '\n' ? at + 4 : -1;
    }

    private int byteAt(int index) {
        return index < pending.length() ? pending.getByte(index) : -1;
    }
}
