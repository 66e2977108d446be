package io.autoglm.inference.grammar;

import io.autoglm.inference.sampling.InvalidParameterException;
import io.autoglm.inference.sampling.TokenConstraint;

/// The form that a request asks of its answers. Safe for concurrent use; each answer gets a constraint of
/// its own.
public final class AnswerForm {

    private final Grammar grammar;
    private final Vocabulary vocabulary;
    private final int[] endTokens;
    private final Preface reasoning;
    private final String field;

    /// @param field     of the request that asks for it
    /// @param endTokens tokens that end an answer, one at least
    /// @param reasoning what an answer begins with that the model thinks about first
    AnswerForm(String field, Grammar grammar, Vocabulary vocabulary, int[] endTokens, Preface reasoning) {
        this.field = field;
        this.grammar = grammar;
        this.vocabulary = vocabulary;
        this.endTokens = endTokens;
        this.reasoning = reasoning;
    }

    /// For an answer of at most `answerTokens`, its end included.
    ///
    /// @param limitedBy the field of the request that leaves it no more
    /// @throws InvalidParameterException naming `limitedBy`, where not even the shortest answer has room, or
    ///         the field that asks for the form, where it can begin in too many ways
    public TokenConstraint constraint(int answerTokens, String limitedBy) {
        check(answerTokens, limitedBy);
        return named(new GrammarConstraint(grammar, vocabulary, endTokens, null));
    }

    /// For an answer that begins within the model's reasoning. The form holds from its end on.
    ///
    /// @throws InvalidParameterException as above
    public TokenConstraint constraintAfterReasoning(int answerTokens, String limitedBy) {
        check(answerTokens - reasoning.leastTokens(vocabulary), limitedBy);
        return named(new GrammarConstraint(grammar, vocabulary, endTokens, reasoning));
    }

    /// What cannot be followed on the way is the request's fault, and named as such.
    private TokenConstraint named(TokenConstraint form) {
        return new TokenConstraint() {
            @Override
            public void allow(long[] mask, int remaining) {
                try {
                    form.allow(mask, remaining);
                } catch (TooManyWaysException e) {
                    throw tooManyWays();
                }
            }

            @Override
            public void accept(int token) {
                try {
                    form.accept(token);
                } catch (TooManyWaysException e) {
                    throw tooManyWays();
                }
            }
        };
    }

    private InvalidParameterException tooManyWays() {
        return new InvalidParameterException(field, field + " has too many ways to be read");
    }

    private void check(int answerTokens, String limitedBy) {
        try {
            grammar.prepare(vocabulary);
            checkRoom(answerTokens, limitedBy);
        } catch (TooManyWaysException e) {
            throw tooManyWays();
        }
    }

    private void checkRoom(int answerTokens, String limitedBy) {
        int bytes = grammar.shortestAnswer();
        if (bytes < answerTokens) {
            return;
        }
        byte[] way = grammar.shortestWay(grammar.start());
        int tokens = way == null ? bytes : vocabulary.tokens(way);
        if (tokens >= answerTokens) {
            throw new InvalidParameterException(
                    limitedBy,
                    "the shortest answer that " + field + " allows has " + bytes + " bytes and needs " + (tokens + 1)
                            + " tokens, its end included, but " + limitedBy + " leaves it "
                            + Math.max(0, answerTokens));
        }
    }
}
