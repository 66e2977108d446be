package io.autoglm.inference.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Runs the statements of a template.
final class Renderer {

    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    private final Budget budget;
    private final Evaluator evaluator;
    private StringBuilder out = new StringBuilder();

    Renderer(Budget budget) {
        this.budget = budget;
        this.evaluator = new Evaluator(budget);
    }

    String render(List<Statement> statements, Scope scope) {
        return captured(statements, scope);
    }

    private Flow run(List<Statement> statements, Scope scope) {
        budget.enter();
        Flow flow = Flow.NEXT;
        for (int i = 0; i < statements.size() && flow == Flow.NEXT; i++) {
            Statement statement = statements.get(i);
            budget.step();
            try {
                flow = run(statement, scope);
            } catch (TemplateFailure failure) {
                throw failure.at(statement.line());
            }
        }
        budget.leave();
        return flow;
    }

    private Flow run(Statement statement, Scope scope) {
        switch (statement) {
            case Statement.Text(String text, int line) -> write(text);
            case Statement.Output(Expression value, int line) -> write(Python.text(evaluator.evaluate(value, scope)));
            case Statement.If branch -> {
                boolean holds = Python.truth(evaluator.evaluate(branch.condition(), scope));
                return run(holds ? branch.then() : branch.otherwise(), scope);
            }
            case Statement.For loop -> {
                return run(loop, scope);
            }
            case Statement.Set set -> assign(set.targets(), evaluator.evaluate(set.value(), scope), scope);
            case Statement.SetBlock block -> {
                String body = captured(block.body(), new Scope(scope));
                Object value = block.filter() == null ? body : filtered(block.filter(), body, scope);
                assign(block.target(), value, scope);
            }
            case Statement.Macro macro -> scope.set(macro.name(), function(macro, scope));
            case Statement.CallBlock block -> write(Python.text(call(block, scope)));
            case Statement.FilterBlock(Expression filter, List<Statement> body, int line) ->
                write(Python.text(filtered(filter, captured(body, new Scope(scope)), scope)));
            case Statement.With(List<Statement.Set> variables, List<Statement> body, int line) -> {
                Scope inner = new Scope(scope);
                for (Statement.Set variable : variables) {
                    assign(variable.targets(), evaluator.evaluate(variable.value(), scope), inner);
                }
                return run(body, inner);
            }
            case Statement.Group(List<Statement> body, int line) -> {
                return run(body, scope);
            }
            case Statement.Break(int line) -> {
                return Flow.BREAK;
            }
            case Statement.Continue(int line) -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.NEXT;
    }

    private Flow run(Statement.For loop, Scope scope) {
        List<Object> items = elements(loop, scope);
        if (items.isEmpty()) {
            return run(loop.otherwise(), new Scope(scope));
        }
        Loop state = new Loop(items);
        for (int i = 0; i < items.size(); i++) {
            budget.step();
            state.moveTo(i);
            Scope turn = new Scope(scope);
            bind(loop.targets(), items.get(i), turn);
            turn.set("loop", state);
            if (run(loop.body(), turn) == Flow.BREAK) {
                break;
            }
        }
        return Flow.NEXT;
    }

    private List<Object> elements(Statement.For loop, Scope scope) {
        List<Object> items = Python.iterate(evaluator.evaluate(loop.elements(), scope));
        Expression condition = loop.condition();
        budget.steps(items.size());
        if (condition == null) {
            return items;
        }
        return items.stream()
                .filter(item -> {
                    Scope turn = new Scope(scope);
                    bind(loop.targets(), item, turn);
                    return Python.truth(evaluator.evaluate(condition, turn));
                })
                .toList();
    }

    private static void bind(List<String> targets, Object item, Scope scope) {
        if (targets.size() == 1) {
            scope.set(targets.getFirst(), item);
            return;
        }
        List<Object> parts = parts(item, targets.size());
        for (int i = 0; i < targets.size(); i++) {
            scope.set(targets.get(i), parts.get(i));
        }
    }

    private static List<Object> parts(Object item, int count) {
        List<Object> parts = Python.iterate(item);
        if (parts.size() != count) {
            throw new TemplateFailure(parts.size() + " values for " + count + " names");
        }
        return parts;
    }

    private void assign(List<Statement.Target> targets, Object value, Scope scope) {
        if (targets.size() == 1) {
            assign(targets.getFirst(), value, scope);
            return;
        }
        List<Object> parts = parts(value, targets.size());
        for (int i = 0; i < targets.size(); i++) {
            assign(targets.get(i), parts.get(i), scope);
        }
    }

    private static void assign(Statement.Target target, Object value, Scope scope) {
        if (target.attribute() == null) {
            scope.set(target.name(), value);
        } else if (scope.get(target.name()) instanceof Namespace namespace) {
            namespace.set(target.attribute(), value);
        } else {
            throw new TemplateFailure("only attributes of a namespace can be set");
        }
    }

    private Object filtered(Expression filter, String body, Scope scope) {
        Scope inner = new Scope(scope);
        inner.set(Evaluator.BODY, body);
        return evaluator.evaluate(filter, inner);
    }

    private Object call(Statement.CallBlock block, Scope scope) {
        Object function = evaluator.evaluate(block.call().function(), scope);
        Arguments arguments = evaluator.arguments(block.call().passed(), scope);
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        named.put("caller", function(block.caller(), scope));
        return evaluator.call(function, new Arguments(arguments.positional(), named));
    }

    private Function function(Statement.Macro macro, Scope scope) {
        return arguments -> {
            Scope inner = new Scope(scope);
            pass(macro.parameters(), arguments, inner);
            return captured(macro.body(), inner);
        };
    }

    private void pass(List<Statement.Parameter> parameters, Arguments arguments, Scope inner) {
        Map<Object, Object> others = new LinkedHashMap<>(arguments.named());
        for (int i = 0; i < parameters.size(); i++) {
            Statement.Parameter parameter = parameters.get(i);
            Object value = arguments.find(i, parameter.name());
            others.remove(parameter.name());
            inner.set(parameter.name(), value != null ? value : otherwise(parameter, inner));
        }
        Object caller = others.remove("caller");
        if (caller != null) {
            inner.set("caller", caller);
        }
        inner.set("varargs", new Tuple(arguments.from(parameters.size()).positional()));
        inner.set("kwargs", others);
    }

    private Object otherwise(Statement.Parameter parameter, Scope inner) {
        Expression otherwise = parameter.otherwise();
        return otherwise == null
                ? new Undefined("the parameter '" + parameter.name() + "'")
                : evaluator.evaluate(otherwise, inner);
    }

    /// What `statements` write, instead of writing it.
    private String captured(List<Statement> statements, Scope scope) {
        StringBuilder outer = out;
        out = new StringBuilder();
        try {
            run(statements, scope);
            return out.toString();
        } finally {
            out = outer;
        }
    }

    private void write(String text) {
        budget.characters(text.length());
        out.append(text);
    }
}
