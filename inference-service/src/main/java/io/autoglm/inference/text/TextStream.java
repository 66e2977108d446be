package io.autoglm.inference.text;

/// Turns the tokens of one answer into text as they come. A character is let out when its last byte is there,
/// so what is sent is never revised; bytes that are no UTF-8 become U+FFFD, as in the decoding of the whole.
///
/// SentencePiece's decoders take the first space of a *text* away, which the encoder put there. The answer of
/// a chat is a text of its own; what continues a prompt is not, and its first space is the one between two
/// words.
public final class TextStream {

    private final TokenBytes tokens;
    private final boolean showSpecial;
    private final Utf8Stream characters = new Utf8Stream();
    private boolean started;

    /// @param continues a text that has begun: its first space is one
    TextStream(TokenBytes tokens, boolean showSpecial, boolean continues) {
        this.tokens = tokens;
        this.showSpecial = showSpecial;
        this.started = continues;
    }

    /// @return the characters that `token` completes, often none
    public String append(int token) {
        byte[] bytes = tokens.bytes(token);
        if (bytes.length == 0 || (!showSpecial && tokens.isHidden(token))) {
            return "";
        }
        boolean dropsSpace = !started && tokens.dropsFirstSpace() && bytes[0] == ' ';
        started = true;
        StringBuilder text = new StringBuilder(bytes.length);
        characters.decode(bytes, dropsSpace ? 1 : 0, text);
        return text.toString();
    }

    /// The answer has ended.
    ///
    /// @return U+FFFD for a character that never became complete, or nothing
    public String end() {
        StringBuilder text = new StringBuilder();
        characters.end(text);
        return text.toString();
    }
}
