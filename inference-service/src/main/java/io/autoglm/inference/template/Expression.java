package io.autoglm.inference.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a template computes with.
sealed interface Expression {

    record Constant(Object value) implements Expression {}

    record Name(String name) implements Expression {}

    record Items(List<Expression> items, boolean tuple) implements Expression {}

    record Dictionary(List<Entry> entries) implements Expression {}

    record Entry(Expression key, Expression value) {}

    /// `of.name`: a method first, then a key.
    record Attribute(Expression of, String name) implements Expression {}

    /// `of[key]`: a key first, then a method.
    record Item(Expression of, Expression key) implements Expression {}

    record Slice(
            Expression of,
            @Nullable Expression start,
            @Nullable Expression stop,
            @Nullable Expression step) implements Expression {}

    record Call(Expression function, Passed passed) implements Expression {}

    /// What is passed to a function, a filter or a test.
    ///
    /// @param spread   `*list`; null for none
    /// @param spreadMap `**dict`; null for none
    record Passed(
            List<Expression> positional,
            Map<String, Expression> named,
            @Nullable Expression spread,
            @Nullable Expression spreadMap) {

        static final Passed NOTHING = new Passed(List.of(), Map.of(), null, null);
    }

    record Filtered(Expression value, String filter, Passed passed) implements Expression {}

    record Tested(Expression value, String test, Passed passed) implements Expression {}

    record Not(Expression operand) implements Expression {}

    record And(Expression left, Expression right) implements Expression {}

    record Or(Expression left, Expression right) implements Expression {}

    /// `sign` is `+` or `-`.
    record Signed(String sign, Expression operand) implements Expression {}

    record Arithmetic(String operator, Expression left, Expression right) implements Expression {}

    /// `first op₁ with₁ op₂ with₂ …`, true where all links are.
    record Comparison(Expression first, List<Link> links) implements Expression {}

    record Link(String operator, Expression with) {}

    record Concatenation(List<Expression> parts) implements Expression {}

    record Conditional(
            Expression condition, Expression then, @Nullable Expression otherwise) implements Expression {}

    /// The body of a `{% filter %}` or a filtered block set, already rendered.
    record Body() implements Expression {}
}
