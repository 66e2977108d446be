package io.autoglm.inference.text;

/// Decodes UTF-8 byte by byte, as the WHATWG Encoding Standard and Rust's `from_utf8_lossy` do: one U+FFFD for
/// each maximal part of a broken character. (The JDK's decoder takes a surrogate's three bytes for one error,
/// they for three.)
final class Utf8Stream {

    private static final char REPLACEMENT = '\ufffd';

    /// Continuation bytes that are still missing.
    private int missing;

    private int code;

    /// Bounds of the next continuation byte, narrower behind E0, ED, F0 and F4.
    private int least = 0x80;

    private int most = 0xbf;

    void decode(byte[] bytes, int from, StringBuilder out) {
        for (int i = from; i < bytes.length; i++) {
            decode(bytes[i] & 0xff, out);
        }
    }

    void end(StringBuilder out) {
        if (missing > 0) {
            missing = 0;
            least = 0x80;
            most = 0xbf;
            out.append(REPLACEMENT);
        }
    }

    private void decode(int value, StringBuilder out) {
        if (missing > 0) {
            if (value >= least && value <= most) {
                least = 0x80;
                most = 0xbf;
                code = (code << 6) | (value & 0x3f);
                if (--missing == 0) {
                    out.appendCodePoint(code);
                }
                return;
            }
            end(out);
        }
        if (value < 0x80) {
            out.append((char) value);
        } else if (value >= 0xc2 && value <= 0xdf) {
            begin(1, value & 0x1f);
        } else if (value >= 0xe0 && value <= 0xef) {
            begin(2, value & 0xf);
            least = value == 0xe0 ? 0xa0 : 0x80;
            most = value == 0xed ? 0x9f : 0xbf;
        } else if (value >= 0xf0 && value <= 0xf4) {
            begin(3, value & 7);
            least = value == 0xf0 ? 0x90 : 0x80;
            most = value == 0xf4 ? 0x8f : 0xbf;
        } else {
            out.append(REPLACEMENT);
        }
    }

    private void begin(int continuations, int bits) {
        missing = continuations;
        code = bits;
    }
}
