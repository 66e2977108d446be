package io.autoglm.inference.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a template does; `line` is where it stands.
sealed interface Statement {

    int line();

    record Text(String text, int line) implements Statement {}

    record Output(Expression value, int line) implements Statement {}

    /// @param otherwise the `elif`s, nested, and the `else`; empty for none
    record If(Expression condition, List<Statement> then, List<Statement> otherwise, int line) implements Statement {}

    /// @param targets   more than one: each element is taken apart
    /// @param condition elements for which it is false are left out, also from `loop.length`
    /// @param otherwise for a loop without elements
    record For(
            List<String> targets,
            Expression elements,
            @Nullable Expression condition,
            List<Statement> body,
            List<Statement> otherwise,
            int line)
            implements Statement {}

    record Set(List<Target> targets, Expression value, int line) implements Statement {}

    /// @param attribute null for a plain name; otherwise of a `namespace`
    record Target(String name, @Nullable String attribute) {}

    /// @param filter applied to the rendered body, an [Expression.Body] inside; null for none
    record SetBlock(
            Target target, List<Statement> body, @Nullable Expression filter, int line) implements Statement {}

    record Macro(String name, List<Parameter> parameters, List<Statement> body, int line) implements Statement {}

    record Parameter(String name, @Nullable Expression otherwise) {}

    /// `{% call(parameters) f() %}body{% endcall %}`.
    record CallBlock(Macro caller, Expression.Call call, int line) implements Statement {}

    record FilterBlock(Expression filter, List<Statement> body, int line) implements Statement {}

    record With(List<Set> variables, List<Statement> body, int line) implements Statement {}

    /// `{% generation %}`, which only marks text for training.
    record Group(List<Statement> body, int line) implements Statement {}

    record Break(int line) implements Statement {}

    record Continue(int line) implements Statement {}
}
