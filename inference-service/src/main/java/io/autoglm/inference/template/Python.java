package io.autoglm.inference.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// What Python makes of values. They are [String], [Long] (or [BigInteger], as read from JSON), [Double],
/// [Boolean], [List] (for lists and tuples), [Map], [None], [Undefined], [Function] and [Attributes]; lists and
/// maps are never changed.
final class Python {

    private Python() {}

    static boolean isSpace(int character) {
        return character == ' '
                || (character >= '\t' && character <= '\r')
                || (character >= 0x1c && character <= 0x1f)
                || character == 0x85
                || character == 0xa0
                || (character > 0xff && Character.isSpaceChar(character));
    }

    static String stripLeft(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return text.substring(start);
    }

    static String stripRight(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    static String strip(String text) {
        return stripLeft(stripRight(text));
    }

    /// The escapes of a string literal; an unknown one stays as it is written.
    static String unescape(String literal) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < literal.length(); i++) {
            char next = literal.charAt(i);
            if (next != '\\' || i + 1 == literal.length()) {
                text.append(next);
                continue;
            }
            char escape = literal.charAt(++i);
            switch (escape) {
                case '\n' -> {}
                case '\\', '\'', '"' -> text.append(escape);
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case 'r' -> text.append('\r');
                case 'a' -> text.append('\u0007');
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'v' -> text.append('\u000b');
                case 'x' -> i = codePoint(literal, i, 2, 16, text);
                case 'u' -> i = codePoint(literal, i, 4, 16, text);
                case 'U' -> i = codePoint(literal, i, 8, 16, text);
                case '0', '1', '2', '3', '4', '5', '6', '7' -> i = octal(literal, i, text);
                default -> text.append('\\').append(escape);
            }
        }
        return text.toString();
    }

    private static int codePoint(String literal, int at, int digits, int radix, StringBuilder text) {
        try {
            int code = Integer.parseInt(literal.substring(at + 1, at + 1 + digits), radix);
            text.appendCodePoint(code);
            return at + digits;
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new TemplateFailure("a string has a broken \\" + literal.charAt(at) + " escape");
        }
    }

    private static int octal(String literal, int at, StringBuilder text) {
        int end = at;
        int code = 0;
        while (end < literal.length() && end < at + 3 && literal.charAt(end) >= '0' && literal.charAt(end) <= '7') {
            code = code * 8 + literal.charAt(end++) - '0';
        }
        text.appendCodePoint(code);
        return end - 1;
    }

    static boolean truth(Object value) {
        return switch (value) {
            case Boolean truth -> truth;
            case String text -> !text.isEmpty();
            case Long number -> number != 0;
            case BigInteger number -> number.signum() != 0;
            case Double number -> number != 0;
            case Collection<?> items -> !items.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case None none -> false;
            case Undefined undefined -> false;
            default -> true;
        };
    }

    /// `str(value)`.
    static String text(Object value) {
        return switch (value) {
            case String text -> text;
            case Undefined undefined -> "";
            default -> repr(value);
        };
    }

    /// `repr(value)`.
    static String repr(Object value) {
        StringBuilder text = new StringBuilder();
        repr(value, text);
        return text.toString();
    }

    private static void repr(Object value, StringBuilder out) {
        switch (value) {
            case String text -> quote(text, out);
            case Boolean truth -> out.append(truth ? "True" : "False");
            case None none -> out.append("None");
            case Undefined undefined -> out.append("Undefined");
            case Double number -> out.append(floating(number));
            case List<?> items -> {
                boolean tuple = value instanceof Tuple;
                out.append(tuple ? '(' : '[');
                for (int i = 0; i < items.size(); i++) {
                    out.append(i == 0 ? "" : ", ");
                    repr(items.get(i), out);
                }
                out.append(!tuple ? "]" : items.size() == 1 ? ",)" : ")");
            }
            case Map<?, ?> map -> {
                out.append('{');
                String separator = "";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.append(separator);
                    repr(entry.getKey(), out);
                    out.append(": ");
                    repr(entry.getValue(), out);
                    separator = ", ";
                }
                out.append('}');
            }
            default -> out.append(value);
        }
    }

    private static void quote(String text, StringBuilder out) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        text.codePoints().forEach(code -> {
            switch (code) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (code == quote) {
                        out.append('\\').append(quote);
                    } else if (code < ' ' || code == 0x7f) {
                        out.append("\\x%02x".formatted(code));
                    } else {
                        out.appendCodePoint(code);
                    }
                }
            }
        });
        out.append(quote);
    }

    /// `repr` of a float: the shortest digits that give it back, positional from 1e-4 to 1e16.
    static String floating(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = exact.precision() - exact.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = exact.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        String digits = exact.unscaledValue().abs().toString();
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        String sign = value < 0 ? "-" : "";
        return "%s%c%se%s%02d"
                .formatted(sign, digits.charAt(0), fraction, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    static boolean equal(Object left, Object right) {
        if (isNumber(left) && isNumber(right)) {
            boolean floats = left instanceof Double || right instanceof Double;
            return floats ? number(left) == number(right) : whole(left).equals(whole(right));
        }
        if (left instanceof List<?> some && right instanceof List<?> others) {
            if (some.size() != others.size()) {
                return false;
            }
            for (int i = 0; i < some.size(); i++) {
                if (!equal(some.get(i), others.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return left.equals(right);
    }

    static int compare(Object left, Object right) {
        if (isNumber(left) && isNumber(right)) {
            boolean floats = left instanceof Double || right instanceof Double;
            return floats
                    ? Double.compare(number(left), number(right))
                    : whole(left).compareTo(whole(right));
        }
        if (left instanceof String some && right instanceof String other) {
            return compareCodePoints(some, other);
        }
        if (left instanceof List<?> some && right instanceof List<?> others) {
            for (int i = 0; i < Math.min(some.size(), others.size()); i++) {
                int order = equal(some.get(i), others.get(i)) ? 0 : compare(some.get(i), others.get(i));
                if (order != 0) {
                    return order;
                }
            }
            return Integer.compare(some.size(), others.size());
        }
        throw new TemplateFailure(type(left) + " and " + type(right) + " have no order");
    }

    private static int compareCodePoints(String some, String other) {
        return Arrays.compare(some.codePoints().toArray(), other.codePoints().toArray());
    }

    static boolean contains(Object container, Object item) {
        return switch (container) {
            case String text -> {
                if (item instanceof String part) {
                    yield text.contains(part);
                }
                throw new TemplateFailure("a string cannot contain " + type(item));
            }
            case Map<?, ?> map -> map.containsKey(item);
            case List<?> items -> {
                for (Object other : items) {
                    if (equal(other, item)) {
                        yield true;
                    }
                }
                yield false;
            }
            case Undefined undefined -> false;
            default -> throw new TemplateFailure(type(container) + " contains nothing");
        };
    }

    /// What a loop over `value` meets: items, keys, or the characters of a string.
    static List<Object> iterate(Object value) {
        return switch (value) {
            case List<?> items -> List.copyOf(items);
            case Map<?, ?> map -> List.copyOf(map.keySet());
            case String text ->
                text.codePoints()
                        .mapToObj(code -> (Object) Character.toString(code))
                        .toList();
            case Undefined undefined -> List.of();
            default -> throw new TemplateFailure(type(value) + " cannot be iterated over");
        };
    }

    static long length(Object value) {
        return switch (value) {
            case String text -> text.codePointCount(0, text.length());
            case Collection<?> items -> items.size();
            case Map<?, ?> map -> map.size();
            case Undefined undefined -> 0;
            default -> throw new TemplateFailure(type(value) + " has no length");
        };
    }

    /// `value[start:stop:step]`, the bounds as Python's `slice.indices` clips them.
    static Object slice(Object value, Object start, Object stop, Object step, Budget budget) {
        if (value instanceof Map) {
            throw new TemplateFailure("a mapping cannot be sliced");
        }
        long stride = step == None.NONE ? 1 : index(step);
        if (stride == 0) {
            throw new TemplateFailure("a slice has a step of 0");
        }
        if (value instanceof String text) {
            budget.characters(text.length());
            return slice(text, start, stop, stride);
        }
        budget.steps(length(value));
        List<Object> all = iterate(value);
        List<Object> items = new ArrayList<>();
        int size = all.size();
        long end = end(stop, size, stride);
        for (long i = first(start, size, stride); stride > 0 ? i < end : i > end; i = next(i, stride)) {
            items.add(all.get((int) i));
        }
        return items;
    }

    /// Of code points, as Python's strings are.
    private static String slice(String text, Object start, Object stop, long stride) {
        int size = text.codePointCount(0, text.length());
        long first = first(start, size, stride);
        long end = end(stop, size, stride);
        if (stride == 1) {
            int from = text.offsetByCodePoints(0, (int) first);
            return first >= end ? "" : text.substring(from, text.offsetByCodePoints(from, (int) (end - first)));
        }
        int[] codes = text.codePoints().toArray();
        StringBuilder sliced = new StringBuilder();
        for (long i = first; stride > 0 ? i < end : i > end; i = next(i, stride)) {
            sliced.appendCodePoint(codes[(int) i]);
        }
        return sliced.toString();
    }

    private static long first(Object start, int size, long stride) {
        return start == None.NONE ? (stride > 0 ? 0 : size - 1) : clip(index(start), size, stride);
    }

    private static long end(Object stop, int size, long stride) {
        return stop == None.NONE ? (stride > 0 ? size : -1) : clip(index(stop), size, stride);
    }

    /// A stride of almost 2^63 leads out of everything, not around.
    private static long next(long at, long stride) {
        return at + Math.clamp(stride, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static long clip(long bound, int size, long stride) {
        long from = bound < 0 ? bound + size : bound;
        return stride > 0 ? Math.clamp(from, 0, size) : Math.clamp(from, -1, size - 1);
    }

    static long index(Object value) {
        return switch (value) {
            case Long number -> number;
            case Boolean truth -> truth ? 1 : 0;
            default -> throw new TemplateFailure(type(value) + " is no index");
        };
    }

    static boolean isNumber(Object value) {
        return value instanceof Long
                || value instanceof Double
                || value instanceof Boolean
                || value instanceof BigInteger;
    }

    static double number(Object value) {
        return switch (value) {
            case Long number -> number;
            case Double number -> number;
            case BigInteger number -> number.doubleValue();
            case Boolean truth -> truth ? 1 : 0;
            default -> throw new TemplateFailure(type(value) + " is no number");
        };
    }

    private static BigInteger whole(Object value) {
        return switch (value) {
            case Long number -> BigInteger.valueOf(number);
            case BigInteger number -> number;
            case Boolean truth -> truth ? BigInteger.ONE : BigInteger.ZERO;
            default -> throw new TemplateFailure(type(value) + " is no whole number");
        };
    }

    static Object arithmetic(String operator, Object left, Object right) {
        if (!isNumber(left) || !isNumber(right)) {
            throw new TemplateFailure("cannot compute " + type(left) + " " + operator + " " + type(right));
        }
        boolean floats = left instanceof Double || right instanceof Double;
        return operator.equals("/") || floats
                ? floating(operator, number(left), number(right))
                : whole(operator, whole(left), whole(right));
    }

    private static Object floating(String operator, double left, double right) {
        if (right == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new TemplateFailure("division by zero");
        }
        return switch (operator) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> left / right;
            case "//" -> Math.floor(left / right);
            case "%" -> left - Math.floor(left / right) * right;
            case "**" -> Math.pow(left, right);
            default -> throw new TemplateFailure("there is no operator " + operator);
        };
    }

    /// Within 64 bits: a template that needs more is up to no good.
    private static Object whole(String operator, BigInteger left, BigInteger right) {
        if (right.signum() == 0 && (operator.equals("//") || operator.equals("%"))) {
            throw new TemplateFailure("division by zero");
        }
        if (left.bitLength() > 64 || right.bitLength() > 64) {
            throw new TemplateFailure("a number has more than 64 bits");
        }
        BigInteger result = switch (operator) {
            case "+" -> left.add(right);
            case "-" -> left.subtract(right);
            case "*" -> left.multiply(right);
            case "//" -> {
                BigInteger[] parts = left.divideAndRemainder(right);
                yield parts[1].signum() * right.signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
            }
            case "%" -> {
                BigInteger rest = left.remainder(right);
                yield rest.signum() * right.signum() < 0 ? rest.add(right) : rest;
            }
            case "**" -> {
                if (right.signum() < 0) {
                    yield null;
                }
                if (right.intValue() > 64 && left.abs().compareTo(BigInteger.ONE) > 0) {
                    throw new TemplateFailure("a number has more than 64 bits");
                }
                yield left.pow(right.intValue());
            }
            default -> throw new TemplateFailure("there is no operator " + operator);
        };
        if (result == null) {
            return Math.pow(left.doubleValue(), right.doubleValue());
        }
        if (result.bitLength() > 63) {
            throw new TemplateFailure("a number has more than 64 bits");
        }
        return result.longValue();
    }

    /// Python's name of the value's type, for failures.
    static String type(Object value) {
        return switch (value) {
            case String text -> "a string";
            case Boolean truth -> "a boolean";
            case Long number -> "an integer";
            case BigInteger number -> "an integer";
            case Double number -> "a float";
            case List<?> items -> "a list";
            case Map<?, ?> map -> "a mapping";
            case None none -> "None";
            case Undefined undefined -> "the undefined " + undefined.what();
            case Function function -> "a function";
            default -> "an object";
        };
    }
}
