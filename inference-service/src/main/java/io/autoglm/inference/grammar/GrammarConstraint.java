package io.autoglm.inference.grammar;

import io.autoglm.inference.sampling.TokenConstraint;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Keeps one answer to a grammar. Every byte that the grammar writes has a token of its own ([AnswerFormat] sees
/// to it), so an answer that needs n more bytes can be ended with n more tokens; tokens that would leave too few
/// are not allowed, and some token always is.
///
/// Where even the shortest answer has more bytes than there are tokens left, longer tokens have to make up for it:
/// then what would take the answer further from its end is not allowed, and once the tokens just suffice, the
/// shortest answer is written. That mostly ends in time, but need not.
final class GrammarConstraint implements TokenConstraint {

    private final Grammar grammar;
    private final Vocabulary vocabulary;
    private final int[] endTokens;
    private final @Nullable Preface preface;
    private State state;
    private boolean inPreface;
    private boolean ended;

    /// @param preface what the answer is written after; null for nothing
    GrammarConstraint(Grammar grammar, Vocabulary vocabulary, int[] endTokens, @Nullable Preface preface) {
        this.grammar = grammar;
        this.vocabulary = vocabulary;
        this.endTokens = endTokens;
        this.preface = preface;
        this.inPreface = preface != null;
        this.state = preface == null ? grammar.start() : preface.text().start();
    }

    @Override
    public void allow(long[] mask, int remaining) {
        Arrays.fill(mask, 0);
        if (!ended && inPreface && preface != null) {
            allow(preface, remaining - grammar.shortestAnswer() - 1, mask);
        } else if (!ended && state.open()) {
            allow(grammar, remaining - 1, mask);
        }
        if (ended || (!inPreface && state.complete())) {
            set(endTokens, mask);
        }
        if (Arrays.stream(mask).allMatch(word -> word == 0)) {
            throw new TooManyWaysException();
        }
    }

    @Override
    public void accept(int token) {
        if (ended) {
            return;
        }
        if (!inPreface && Arrays.stream(endTokens).anyMatch(end -> end == token)) {
            ended = true;
            return;
        }
        Grammar walked = inPreface && preface != null ? preface.text() : grammar;
        State next = walked.advance(state, vocabulary.bytes(token));
        if (next == null) {
            throw new IllegalArgumentException("token " + token + " does not belong to the answer's form");
        }
        state = next;
        if (inPreface && next.complete()) {
            inPreface = false;
            state = grammar.start();
        }
    }

    /// Where one token can end the text, another token is allowed as long as that one has room behind it,
    /// and what ends the text by spelling is another way to spend the last.
    ///
    /// @param tokens that may be spent on the rest of it
    private void allow(Preface before, int tokens, long[] mask) {
        if (before.marks().length == 0) {
            allow(before.text(), tokens, mask);
            return;
        }
        if (tokens > 0) {
            before.text().allow(state, vocabulary, tokens > 1 ? Integer.MAX_VALUE : 0, mask);
        }
        set(before.marks(), mask);
    }

    /// @param tokens that may be spent up to the end of what `walked` describes
    private void allow(Grammar walked, int tokens, long[] mask) {
        if (state.shortest <= tokens) {
            walked.allow(state, vocabulary, tokens - 1, mask);
            return;
        }
        byte[] way = walked.shortestWay(state);
        if (way != null && way.length > 0 && vocabulary.tokens(way) >= tokens) {
            set(new int[] {vocabulary.longest(way, 0)}, mask);
        } else {
            walked.allow(state, vocabulary, state.shortest, mask);
        }
    }

    private static void set(int[] tokens, long[] mask) {
        for (int token : tokens) {
            if (token >> 6 < mask.length) {
                mask[token >> 6] |= 1L << token;
            }
        }
    }
}
