package io.autoglm.inference.api;

import io.autoglm.inference.text.Tokenizer;

/// A text that may have far more tokens than anybody wants of it. It is tokenized piece by piece until that
/// is known: a body of 8 MiB can have as many tokens, and as one list they would take a gigabyte and seconds.
final class LongText {

    /// Below it a piece is not worth a call.
    private static final int SMALLEST_PIECE = 1 << 16;

    /// Tokens at a cut may differ from those of the whole text.
    private static final int AT_A_CUT = 64;

    private final Tokenizer tokenizer;
    private final String text;
    private final int most;
    private final int piece;

    /// @param most tokens that are wanted
    LongText(Tokenizer tokenizer, String text, int most) {
        this.tokenizer = tokenizer;
        this.text = text;
        this.most = most;
        this.piece = (int) Math.max(SMALLEST_PIECE, Math.min(2L * most, Integer.MAX_VALUE));
    }

    /// Whether it has surely more tokens than are wanted.
    boolean exceeds() {
        if (text.length() <= piece) {
            return false;
        }
        long tokens = 0;
        long bound = most;
        for (int from = 0; from < text.length() && tokens <= bound; bound += AT_A_CUT) {
            int to = whole((int) Math.min(text.length(), (long) from + piece));
            tokens += count(from, to);
            from = to;
        }
        return tokens > bound;
    }

    /// The end of it, which surely holds the last tokens that are wanted. Cut at a space where there is one.
    String end() {
        int from = text.length();
        for (long tokens = 0; from > 0 && tokens < most + AT_A_CUT; ) {
            int to = from;
            int least = whole(Math.max(0, to - piece));
            int space = least == 0 ? 0 : text.indexOf(' ', least, least + (to - least) / 2);
            from = space < 0 ? least : space;
            tokens += from == 0 ? 0 : count(from, to);
        }
        return text.substring(from);
    }

    private int count(int from, int to) {
        return tokenizer.encode(text.substring(from, to), false).length;
    }

    /// The same place, or the one before the character that it would cut in two.
    private int whole(int at) {
        return at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
    }
}
