package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Repeat;
import java.util.BitSet;
import java.util.List;

/// What a regular expression or a grammar of llama.cpp says, before it becomes rules.
sealed interface Expression {

    /// Nothing at all, once.
    Expression EMPTY = new Sequence(List.of());

    /// One of some characters.
    ///
    /// @param codePoints not to be changed
    record OneOf(BitSet codePoints) implements Expression {}

    record Sequence(List<Expression> parts) implements Expression {}

    record Choice(List<Expression> ways) implements Expression {}

    /// @param most [Repeat#UNBOUNDED] for no limit
    record Times(Expression part, int least, int most) implements Expression {}

    /// A rule of the grammar, by its name.
    record Named(String name) implements Expression {}

    static Expression of(int codePoint) {
        BitSet one = new BitSet();
        one.set(codePoint);
        return new OneOf(one);
    }

    static Expression of(String text) {
        return new Sequence(text.codePoints().mapToObj(Expression::of).toList());
    }
}
