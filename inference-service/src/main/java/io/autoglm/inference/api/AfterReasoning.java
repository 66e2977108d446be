package io.autoglm.inference.api;

import io.autoglm.inference.sampling.TokenConstraint;
import io.autoglm.inference.text.TokenBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.stream.IntStream;

/// A form that holds for what comes behind `</think>`, for a model that the prompt leaves within its
/// reasoning. Until then every token may come but those that would end the answer, and those that run on past
/// the mark: what they have behind it would be the answer's first bytes, unasked.
///
/// Reasoning that takes all of an answer's tokens leaves none for the form, as it would leave none for free
/// text.
final class AfterReasoning implements TokenConstraint {

    private static final byte[] MARK = "</think>".getBytes(StandardCharsets.UTF_8);

    private final TokenConstraint form;
    private final TokenBytes tokens;
    private final int[] endTokens;

    /// Those with the mark's last byte somewhere within: only they can run past it.
    private final int[] suspects;

    /// Bytes of the mark that the reasoning ends with.
    private int matched;

    private boolean over;

    AfterReasoning(TokenConstraint form, TokenBytes tokens, Collection<Integer> endTokens) {
        this.form = form;
        this.tokens = tokens;
        this.endTokens = endTokens.stream().mapToInt(Integer::intValue).toArray();
        this.suspects = IntStream.range(0, tokens.size())
                .filter(token -> runsPast(0, tokens.bytes(token), true))
                .toArray();
    }

    @Override
    public void allow(long[] mask, int remaining) {
        if (over) {
            form.allow(mask, remaining);
            return;
        }
        Arrays.fill(mask, -1);
        for (int end : endTokens) {
            forbid(mask, end);
        }
        for (int token : suspects) {
            if (runsPast(matched, tokens.bytes(token), false)) {
                forbid(mask, token);
            }
        }
    }

    @Override
    public void accept(int token) {
        if (over) {
            form.accept(token);
        } else {
            matched = after(matched, tokens.bytes(token), tokens.bytes(token).length);
            over = matched == MARK.length;
        }
    }

    /// @param perhaps whatever has come before
    private static boolean runsPast(int matched, byte[] bytes, boolean perhaps) {
        for (int i = 0; i < bytes.length - 1; i++) {
            if (bytes[i] == '>' && (perhaps || after(matched, bytes, i + 1) == MARK.length)) {
                return true;
            }
        }
        return false;
    }

    private static void forbid(long[] mask, int token) {
        if (token >> 6 < mask.length) {
            mask[token >> 6] &= ~(1L << token);
        }
    }

    /// Bytes of the mark that are matched after the first `count` of `bytes`. Its first byte comes once in
    /// it, so that a mismatch starts again there or not at all.
    private static int after(int matched, byte[] bytes, int count) {
        int state = matched;
        for (int i = 0; i < count; i++) {
            if (state == MARK.length || bytes[i] != MARK[state]) {
                state = bytes[i] == MARK[0] ? 1 : 0;
            } else {
                state++;
            }
        }
        return state;
    }
}
