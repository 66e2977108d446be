package io.autoglm.inference.grammar;

import java.util.List;

/// What a regular expression or a grammar of llama.cpp says, before it becomes rules.
sealed interface Expression {

    /// Nothing at all, once.
    Expression EMPTY = new Sequence(List.of());

    /// How deep both may be nested.
    int DEEPEST = 100;

    /// One of some characters.
    record OneOf(CodePoints characters) implements Expression {}

    record Sequence(List<Expression> parts) implements Expression {}

    record Choice(List<Expression> ways) implements Expression {}

    /// @param most [Repeat#UNBOUNDED] for no limit
    record Times(Expression part, int least, int most) implements Expression {

        /// More often than any context has tokens.
        static final int MOST = 100_000;
    }

    /// A rule of the grammar, by its name.
    record Named(String name) implements Expression {}

    static Expression of(int codePoint) {
        return new OneOf(CodePoints.of(codePoint));
    }
}
