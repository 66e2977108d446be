package io.autoglm.inference.template;

import io.autoglm.inference.template.Expression.Passed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Computes expressions.
final class Evaluator {

    /// Where [Expression.Body] finds the rendered body of its block.
    static final String BODY = "{body}";

    private final Budget budget;
    private final Filters filters;

    Evaluator(Budget budget) {
        this.budget = budget;
        this.filters = new Filters(this, budget);
    }

    Object evaluate(Expression expression, Scope scope) {
        Object value = marked(expression, scope);
        return value instanceof Markup(String text) ? text : value;
    }

    private Object marked(Expression expression, Scope scope) {
        budget.step();
        budget.enter();
        Object value = value(expression, scope);
        budget.leave();
        return value;
    }

    private Object value(Expression expression, Scope scope) {
        return switch (expression) {
            case Expression.Constant(Object value) -> value;
            case Expression.Name(String name) -> scope.get(name);
            case Expression.Items(List<Expression> items, boolean tuple) ->
                tuple ? new Tuple(all(items, scope)) : all(items, scope);
            case Expression.Dictionary(List<Expression.Entry> entries) -> dictionary(entries, scope);
            case Expression.Attribute(Expression of, String name) -> attribute(evaluate(of, scope), name);
            case Expression.Item(Expression of, Expression key) -> item(evaluate(of, scope), evaluate(key, scope));
            case Expression.Slice slice -> slice(slice, scope);
            case Expression.Call(Expression function, Passed passed) ->
                call(evaluate(function, scope), arguments(passed, scope));
            case Expression.Filtered(Expression value, String filter, Passed passed) ->
                filters.apply(filter, evaluate(value, scope), arguments(passed, scope));
            case Expression.Tested(Expression value, String test, Passed passed) ->
                Predicates.test(test, evaluate(value, scope), arguments(passed, scope));
            case Expression.Not(Expression operand) -> !Python.truth(evaluate(operand, scope));
            case Expression.And(Expression left, Expression right) -> {
                Object value = evaluate(left, scope);
                yield Python.truth(value) ? evaluate(right, scope) : value;
            }
            case Expression.Or(Expression left, Expression right) -> {
                Object value = evaluate(left, scope);
                yield Python.truth(value) ? value : evaluate(right, scope);
            }
            case Expression.Signed(String sign, Expression operand) ->
                Python.arithmetic(sign, 0L, defined(evaluate(operand, scope)));
            case Expression.Arithmetic(String operator, Expression left, Expression right) ->
                arithmetic(operator, defined(marked(left, scope)), defined(marked(right, scope)));
            case Expression.Comparison comparison -> compare(comparison, scope);
            case Expression.Concatenation(List<Expression> parts) -> concatenate(parts, scope);
            case Expression.Conditional(Expression condition, Expression then, Expression otherwise) ->
                Python.truth(evaluate(condition, scope))
                        ? evaluate(then, scope)
                        : otherwise == null ? new Undefined("the 'else' of an 'if'") : evaluate(otherwise, scope);
            case Expression.Body() -> scope.get(BODY);
        };
    }

    private List<Object> all(List<Expression> expressions, Scope scope) {
        List<Object> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private Map<Object, Object> dictionary(List<Expression.Entry> entries, Scope scope) {
        Map<Object, Object> values = new LinkedHashMap<>();
        for (Expression.Entry entry : entries) {
            values.put(evaluate(entry.key(), scope), evaluate(entry.value(), scope));
        }
        return values;
    }

    private Object slice(Expression.Slice slice, Scope scope) {
        Object of = defined(evaluate(slice.of(), scope));
        return Python.slice(
                of, bound(slice.start(), scope), bound(slice.stop(), scope), bound(slice.step(), scope), budget);
    }

    private Object bound(@Nullable Expression bound, Scope scope) {
        return bound == null ? None.NONE : evaluate(bound, scope);
    }

    Arguments arguments(Passed passed, Scope scope) {
        List<Object> positional = all(passed.positional(), scope);
        if (passed.spread() != null) {
            positional.addAll(Python.iterate(evaluate(passed.spread(), scope)));
        }
        Map<String, Object> named = new LinkedHashMap<>();
        passed.named().forEach((name, value) -> named.put(name, evaluate(value, scope)));
        if (passed.spreadMap() != null && evaluate(passed.spreadMap(), scope) instanceof Map<?, ?> spread) {
            spread.forEach((name, value) -> named.put(Python.text(name), value));
        }
        return new Arguments(positional, named);
    }

    Object call(Object function, Arguments arguments) {
        return switch (function) {
            case Function callable -> callable.call(arguments);
            case Undefined undefined -> throw undefined.failure();
            default -> throw new TemplateFailure(Python.type(function) + " cannot be called");
        };
    }

    /// `of.name`.
    Object attribute(Object of, String name) {
        if (of instanceof Attributes object) {
            return object.attribute(name);
        }
        Function method = switch (of) {
            case String text -> StringMethods.find(text, name, budget);
            case Map<?, ?> map -> mapMethod(map, name);
            case List<?> items -> listMethod(items, name);
            default -> null;
        };
        return method != null ? method : key(of, name);
    }

    /// `of[key]`.
    Object item(Object of, Object key) {
        Object found = key(of, key);
        return found instanceof Undefined && key instanceof String name && !(of instanceof Undefined)
                ? attribute(of, name)
                : found;
    }

    private static Object key(Object of, Object key) {
        Object found = switch (of) {
            case Undefined undefined -> throw undefined.failure();
            case Map<?, ?> map -> map.get(key);
            case List<?> items when key instanceof Long index -> element(items, index);
            case String text when key instanceof Long index -> character(text, index);
            default -> null;
        };
        return found == null ? new Undefined("'" + Python.text(key) + "' of " + Python.type(of)) : found;
    }

    private static @Nullable Object element(List<?> items, long index) {
        long at = index < 0 ? index + items.size() : index;
        return at >= 0 && at < items.size() ? items.get((int) at) : null;
    }

    private static @Nullable Object character(String text, long index) {
        int length = text.codePointCount(0, text.length());
        long at = index < 0 ? index + length : index;
        return at >= 0 && at < length
                ? Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) at)))
                : null;
    }

    private static @Nullable Function mapMethod(Map<?, ?> map, String name) {
        return switch (name) {
            case "get" ->
                arguments -> {
                    Object value = map.get(arguments.required(0, "key"));
                    return value == null ? arguments.or(1, "default", None.NONE) : value;
                };
            case "keys" -> arguments -> List.copyOf(map.keySet());
            case "values" -> arguments -> List.copyOf(map.values());
            case "items" ->
                arguments -> {
                    List<Object> pairs = new ArrayList<>();
                    map.forEach((key, value) -> pairs.add(new Tuple(List.of(key, value))));
                    return pairs;
                };
            case "copy" -> arguments -> map;
            default -> null;
        };
    }

    private @Nullable Function listMethod(List<?> items, String name) {
        return switch (name) {
            case "index" ->
                arguments -> {
                    Object wanted = arguments.required(0, "value");
                    for (int i = 0; i < items.size(); i++) {
                        budget.step();
                        if (Python.equal(items.get(i), wanted)) {
                            return (long) i;
                        }
                    }
                    throw new TemplateFailure("a list does not have " + Python.repr(wanted));
                };
            case "count" ->
                arguments -> {
                    Object wanted = arguments.required(0, "value");
                    budget.steps(items.size());
                    return items.stream()
                            .filter(item -> Python.equal(item, wanted))
                            .count();
                };
            case "copy" -> arguments -> items;
            default -> null;
        };
    }

    private Object arithmetic(String operator, Object left, Object right) {
        if (left instanceof Markup || right instanceof Markup) {
            Object plainLeft = left instanceof Markup(String text) ? text : left;
            Object plainRight = right instanceof Markup(String text) ? text : right;
            Object result = arithmetic(operator, plainLeft, plainRight);
            return operator.equals("+") && result instanceof String ? Markup.add(left, right) : result;
        }
        if (operator.equals("%") && left instanceof String format) {
            return StringFormat.percent(format, right, budget);
        }
        if (operator.equals("+") && left instanceof String text && right instanceof String more) {
            budget.characters((long) text.length() + more.length());
            return text + more;
        }
        if (operator.equals("+") && left instanceof List<?> items && right instanceof List<?> more) {
            budget.steps((long) items.size() + more.size());
            List<Object> joined = new ArrayList<>(items);
            joined.addAll(more);
            return joined;
        }
        if (operator.equals("*") && (left instanceof String || left instanceof List)) {
            return repeat(left, Python.index(right));
        }
        if (operator.equals("*") && (right instanceof String || right instanceof List)) {
            return repeat(right, Python.index(left));
        }
        return Python.arithmetic(operator, left, right);
    }

    private Object repeat(Object value, long times) {
        int count = Math.clamp(times, 0, Integer.MAX_VALUE);
        if (value instanceof String text) {
            budget.characters((long) text.length() * count);
            return text.repeat(count);
        }
        List<?> items = (List<?>) value;
        budget.steps((long) items.size() * count);
        List<Object> repeated = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            repeated.addAll(items);
        }
        return repeated;
    }

    private boolean compare(Expression.Comparison comparison, Scope scope) {
        Object left = evaluate(comparison.first(), scope);
        for (Expression.Link link : comparison.links()) {
            Object right = evaluate(link.with(), scope);
            boolean holds = switch (link.operator()) {
                case "==" -> Python.equal(left, right);
                case "!=" -> !Python.equal(left, right);
                case "<" -> Python.compare(left, right) < 0;
                case "<=" -> Python.compare(left, right) <= 0;
                case ">" -> Python.compare(left, right) > 0;
                case ">=" -> Python.compare(left, right) >= 0;
                case "in" -> contains(right, left);
                default -> !contains(right, left);
            };
            if (!holds) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private boolean contains(Object container, Object item) {
        if (container instanceof List<?> items) {
            budget.steps(items.size());
        }
        return Python.contains(container, item);
    }

    private String concatenate(List<Expression> parts, Scope scope) {
        StringBuilder text = new StringBuilder();
        for (Expression part : parts) {
            text.append(Python.text(evaluate(part, scope)));
            budget.characters(text.length());
        }
        return text.toString();
    }

    private static Object defined(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        return value;
    }
}
