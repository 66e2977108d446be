package io.autoglm.inference.grammar;

import java.util.List;

/// The bytes of characters.
final class Utf8 {

    private static final ByteSet TAIL = ByteSet.range(0x80, 0xbf);

    /// Every character of more than one byte, byte by byte (RFC 3629, section 4).
    static final List<List<ByteSet>> LONG = List.of(
            List.of(ByteSet.range(0xc2, 0xdf), TAIL),
            List.of(ByteSet.range(0xe0, 0xe0), ByteSet.range(0xa0, 0xbf), TAIL),
            List.of(ByteSet.range(0xe1, 0xec).with(0xee, 0xef), TAIL, TAIL),
            List.of(ByteSet.range(0xed, 0xed), ByteSet.range(0x80, 0x9f), TAIL),
            List.of(ByteSet.range(0xf0, 0xf0), ByteSet.range(0x90, 0xbf), TAIL, TAIL),
            List.of(ByteSet.range(0xf1, 0xf3), TAIL, TAIL, TAIL),
            List.of(ByteSet.range(0xf4, 0xf4), ByteSet.range(0x80, 0x8f), TAIL, TAIL));

    private Utf8() {}
}
