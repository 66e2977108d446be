package io.autoglm.inference.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Turns the tokens of one answer into text as they come. A character is let out when its last byte is there, so what is
/// sent is never revised; bytes that are no UTF-8 become U+FFFD, as in the decoding of the whole.
public final class TextStream {

    /// A UTF-8 character that is not complete yet.
    private static final int LONGEST_REST_BYTES = 3;

    private final TokenBytes tokens;
    private final boolean showSpecial;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] rest = new byte[0];
    private boolean started;

    TextStream(TokenBytes tokens, boolean showSpecial) {
        this.tokens = tokens;
        this.showSpecial = showSpecial;
    }

    /// @return the characters that `token` completes, often none
    public String append(int token) {
        if (!showSpecial && tokens.isHidden(token)) {
            return "";
        }
        byte[] bytes = tokens.bytes(token);
        if (!started && bytes.length > 0) {
            started = true;
            if (tokens.dropsFirstSpace() && bytes[0] == ' ') {
                bytes = Arrays.copyOfRange(bytes, 1, bytes.length);
            }
        }
        return decode(bytes, false);
    }

    /// The answer has ended.
    ///
    /// @return U+FFFD for a character that never became complete, or nothing
    public String end() {
        return decode(new byte[0], true);
    }

    private String decode(byte[] bytes, boolean last) {
        ByteBuffer in = ByteBuffer.allocate(rest.length + bytes.length).put(rest).put(bytes).flip();
        CharBuffer out = CharBuffer.allocate(in.remaining() + LONGEST_REST_BYTES);
        decoder.decode(in, out, last);
        if (last) {
            decoder.flush(out);
            decoder.reset();
        }
        rest = new byte[in.remaining()];
        in.get(rest);
        return out.flip().toString();
    }
}
