package io.autoglm.inference.template;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Jinja's tests, what stands behind `is`.
final class Predicates {

    private Predicates() {}

    static boolean test(String name, Object value, Arguments arguments) {
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == None.NONE;
            case "string" -> value instanceof String;
            case "mapping" -> value instanceof Map;
            case "sequence", "iterable" ->
                value instanceof List || value instanceof Map || value instanceof String || value instanceof Undefined;
            case "number" -> Python.isNumber(value);
            case "integer" -> value instanceof Long || value instanceof BigInteger;
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> value.equals(true);
            case "false" -> value.equals(false);
            case "callable" -> value instanceof Function;
            case "escaped" -> false;
            case "eq", "==", "equalto" -> Python.equal(value, arguments.required(0, "other"));
            case "ne", "!=" -> !Python.equal(value, arguments.required(0, "other"));
            case "lt", "<", "lessthan" -> Python.compare(value, arguments.required(0, "other")) < 0;
            case "le", "<=" -> Python.compare(value, arguments.required(0, "other")) <= 0;
            case "gt", ">", "greaterthan" -> Python.compare(value, arguments.required(0, "other")) > 0;
            case "ge", ">=" -> Python.compare(value, arguments.required(0, "other")) >= 0;
            case "in" -> Python.contains(arguments.required(0, "seq"), value);
            case "sameas" -> same(value, arguments.required(0, "other"));
            case "odd" -> Math.floorMod(Python.index(value), 2L) == 1;
            case "even" -> Math.floorMod(Python.index(value), 2L) == 0;
            case "divisibleby" -> {
                long divisor = Python.index(arguments.required(0, "num"));
                if (divisor == 0) {
                    throw new TemplateFailure("division by zero");
                }
                yield Python.index(value) % divisor == 0;
            }
            case "lower" -> cased(value) && text(value).equals(text(value).toLowerCase(Locale.ROOT));
            case "upper" -> cased(value) && text(value).equals(text(value).toUpperCase(Locale.ROOT));
            default -> throw new TemplateFailure("there is no test '" + name + "'");
        };
    }

    private static boolean same(Object value, Object other) {
        return value.getClass() == other.getClass() && value.equals(other);
    }

    private static String text(Object value) {
        return Python.text(value);
    }

    private static boolean cased(Object value) {
        return text(value).codePoints().anyMatch(code -> Character.isUpperCase(code) || Character.isLowerCase(code));
    }
}
