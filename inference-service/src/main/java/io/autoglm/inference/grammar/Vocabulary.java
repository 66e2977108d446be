package io.autoglm.inference.grammar;

import io.autoglm.inference.text.TokenBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// The tokens that text is made of, in tries by length: what a short token may meet depends on less of
/// the state, so that most masks of the many short tokens are shared. Control tokens are not in it, and
/// the marks of calls and reasoning only in the one [#withMarks]. Immutable.
final class Vocabulary {

    /// Bytes of the longest token of each trie but the last.
    private static final int[] LENGTHS = {4, 8, 16, 32};

    private final List<TokenTrie> tries;
    private final TokenTrie marks;
    private final TokenBytes all;
    private final int longest;

    Vocabulary(TokenBytes all) {
        this.all = all;
        List<List<TokenTrie.Token>> byLength = new ArrayList<>();
        for (int i = 0; i <= LENGTHS.length; i++) {
            byLength.add(new ArrayList<>());
        }
        for (int id = 0; id < all.size(); id++) {
            byte[] bytes = all.bytes(id);
            if (bytes.length > 0 && !all.isControl(id)) {
                byLength.get(trieOf(bytes.length)).add(new TokenTrie.Token(id, bytes));
            }
        }
        List<TokenTrie.Token> markup = new ArrayList<>();
        for (int id = 0; id < all.size(); id++) {
            if (all.isMarkup(id)) {
                markup.add(new TokenTrie.Token(id, all.bytes(id)));
            }
        }
        this.marks = new TokenTrie(markup);
        this.tries = byLength.stream().map(TokenTrie::new).toList();
        this.longest = longest(tries);
    }

    private Vocabulary(Vocabulary text) {
        this.all = text.all;
        this.marks = text.marks;
        this.tries = Stream.concat(text.tries.stream(), Stream.of(text.marks)).toList();
        this.longest = longest(tries);
    }

    /// These tokens and the marks of calls and reasoning, for what is written with them.
    Vocabulary withMarks() {
        return new Vocabulary(this);
    }

    private static int longest(List<TokenTrie> tries) {
        return tries.stream().mapToInt(TokenTrie::longest).max().orElse(0);
    }

    List<TokenTrie> tries() {
        return tries;
    }

    byte[] bytes(int token) {
        return all.bytes(token);
    }

    /// Whether each byte of `text` has a token of its own.
    boolean spells(ByteSet text) {
        return tries.getFirst().spells(text);
    }

    /// The longest token that `text` begins with from `from` on; one of a byte if no other.
    int longest(byte[] text, int from) {
        for (int length = Math.min(text.length - from, longest); length > 0; length--) {
            byte[] part = Arrays.copyOfRange(text, from, from + length);
            int token = tries.get(trieOf(length)).token(part);
            int mark = tries.getLast() == marks ? marks.token(part) : -1;
            if (token >= 0 || mark >= 0) {
                return Math.max(token, mark);
            }
        }
        throw new IllegalArgumentException("no token for the byte " + (text[from] & 0xff));
    }

    /// Tokens of `text`, taking the longest each time.
    int tokens(byte[] text) {
        int tokens = 0;
        for (int at = 0; at < text.length; tokens++) {
            at += bytes(longest(text, at)).length;
        }
        return tokens;
    }

    /// All tokens, control tokens too, of just these bytes.
    int[] marks(byte[] exactly) {
        List<Integer> marks = new ArrayList<>();
        for (int id = 0; id < all.size(); id++) {
            if (all.isControl(id) && Arrays.equals(all.bytes(id), exactly)) {
                marks.add(id);
            }
        }
        return marks.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int trieOf(int length) {
        int at = 0;
        while (at < LENGTHS.length && length > LENGTHS[at]) {
            at++;
        }
        return at;
    }
}
