package io.autoglm.inference.template;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Python's two ways of filling in a string: `'%s: %d' % (…)` and `'{}: {name}'.format(…)`.
final class StringFormat {

    private static final Pattern PERCENT =
            Pattern.compile("%(?:\\((\\w+)\\))?([-+ 0#]*)(\\d+)?(?:\\.(\\d+))?([sdifrxXeEgGc%])");
    private static final Pattern BRACES = Pattern.compile("\\{\\{|}}|\\{(\\w*)(?:!([rs]))?(?::([^}]*))?}");
    private static final Pattern SPEC =
            Pattern.compile("(?:(.)?([<>^]))?([+ ]?)(0)?(\\d+)?(,)?(?:\\.(\\d+))?([sdfxX])?");
    private static final int WIDEST = 10_000;

    private StringFormat() {}

    static String percent(String format, Object values, Budget budget) {
        List<?> positional = values instanceof Tuple several ? several : List.of(values);
        Matcher matcher = PERCENT.matcher(format);
        StringBuilder text = new StringBuilder();
        int start = 0;
        int next = 0;
        while (matcher.find()) {
            text.append(format, start, matcher.start());
            start = matcher.end();
            if (matcher.group(5).equals("%")) {
                text.append('%');
                continue;
            }
            Object value;
            if (matcher.group(1) != null) {
                Object found = values instanceof Map<?, ?> map ? map.get(matcher.group(1)) : null;
                value = found == null ? new Undefined("'" + matcher.group(1) + "'") : found;
            } else if (next < positional.size()) {
                value = positional.get(next++);
            } else {
                throw new TemplateFailure("a format has more places than values");
            }
            String flags = matcher.group(2);
            boolean left = flags.contains("-");
            String fill = flags.contains("0") && !left ? "0" : " ";
            String sign = flags.contains("+") ? "+" : "";
            String converted = convert(value, matcher.group(5), number(matcher.group(4), -1), sign);
            text.append(pad(converted, number(matcher.group(3), 0), left ? '<' : '>', fill));
            budget.characters(converted.length());
        }
        return text.append(format, start, format.length()).toString();
    }

    static String braces(String format, Arguments arguments, Budget budget) {
        Matcher matcher = BRACES.matcher(format);
        StringBuilder text = new StringBuilder();
        int start = 0;
        int next = 0;
        while (matcher.find()) {
            text.append(format, start, matcher.start());
            start = matcher.end();
            if (matcher.group(1) == null) {
                text.append(matcher.group().charAt(0));
                continue;
            }
            String field = matcher.group(1);
            boolean automatic = field.isEmpty();
            Object value = automatic || Character.isDigit(field.charAt(0))
                    ? arguments.required(automatic ? next++ : number(field, 0), field)
                    : arguments.required(-1, field);
            Object converted = "r".equals(matcher.group(2)) ? Python.repr(value) : value;
            String filled = spec(converted, matcher.group(3) == null ? "" : matcher.group(3));
            budget.characters(filled.length());
            text.append(filled);
        }
        return text.append(format, start, format.length()).toString();
    }

    private static String spec(Object value, String spec) {
        Matcher matcher = SPEC.matcher(spec);
        if (!matcher.matches()) {
            throw new TemplateFailure("the format '" + spec + "' is not supported");
        }
        String type = matcher.group(8);
        int precision = number(matcher.group(7), -1);
        String text;
        if (Python.isNumber(value) && !(value instanceof Boolean) && (type == null || !type.equals("s"))) {
            String kind = type != null ? type : value instanceof Double && precision >= 0 ? "f" : "s";
            text = convert(value, kind, precision, matcher.group(3));
            if (matcher.group(6) != null) {
                text = withThousands(text);
            }
        } else {
            text = convert(value, "s", precision, "");
        }
        String fill = matcher.group(4) != null ? "0" : matcher.group(1) != null ? matcher.group(1) : " ";
        char align = matcher.group(2) != null ? matcher.group(2).charAt(0) : Python.isNumber(value) ? '>' : '<';
        return pad(text, number(matcher.group(5), 0), align, fill);
    }

    private static String convert(Object value, String type, int precision, String sign) {
        String text = switch (type) {
            case "s" -> cut(Python.text(value), precision);
            case "r" -> cut(Python.repr(value), precision);
            case "d", "i" -> Long.toString((long) Python.number(value));
            case "x" -> Long.toHexString((long) Python.number(value));
            case "X" -> Long.toHexString((long) Python.number(value)).toUpperCase(Locale.ROOT);
            case "c" -> value instanceof String one ? one : Character.toString((int) Python.index(value));
            case "f" -> fixed(Python.number(value), precision);
            default -> throw new TemplateFailure("the format %" + type + " is not supported");
        };
        boolean signs = Python.isNumber(value) && !text.startsWith("-") && "difs".contains(type);
        return signs ? sign + text : text;
    }

    private static String fixed(double value, int precision) {
        return Double.isFinite(value)
                ? new BigDecimal(value)
                        .setScale(precision < 0 ? 6 : precision, RoundingMode.HALF_EVEN)
                        .toPlainString()
                : Python.floating(value);
    }

    private static String cut(String text, int precision) {
        return precision < 0 || precision >= text.length() ? text : text.substring(0, precision);
    }

    private static String withThousands(String number) {
        int end = number.indexOf('.') < 0 ? number.length() : number.indexOf('.');
        StringBuilder text = new StringBuilder(number);
        for (int at = end - 3; at > (number.startsWith("-") ? 1 : 0); at -= 3) {
            text.insert(at, ',');
        }
        return text.toString();
    }

    private static String pad(String text, int width, char align, String fill) {
        int missing = width - text.codePointCount(0, text.length());
        if (missing <= 0) {
            return text;
        }
        if (fill.equals("0") && (text.startsWith("-") || text.startsWith("+"))) {
            return text.charAt(0) + "0".repeat(missing) + text.substring(1);
        }
        int before = align == '<' ? 0 : align == '>' ? missing : missing / 2;
        return fill.repeat(before) + text + fill.repeat(missing - before);
    }

    private static int number(@Nullable String digits, int otherwise) {
        if (digits == null) {
            return otherwise;
        }
        if (digits.length() > 5 || Integer.parseInt(digits) > WIDEST) {
            throw new TemplateFailure("a format is wider than " + WIDEST);
        }
        return Integer.parseInt(digits);
    }
}
