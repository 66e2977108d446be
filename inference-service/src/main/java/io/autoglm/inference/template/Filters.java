package io.autoglm.inference.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Jinja's filters, what stands behind `|`.
final class Filters {

    private static final Pattern WORD_IN_TITLE = Pattern.compile("[^-\\s({\\[<]+");

    private final Evaluator evaluator;
    private final Budget budget;

    Filters(Evaluator evaluator, Budget budget) {
        this.evaluator = evaluator;
        this.budget = budget;
    }

    Object apply(String name, Object value, Arguments arguments) {
        budget.step();
        return switch (name) {
            case "tojson" -> counted(JsonText.write(value, arguments));
            case "string" -> value instanceof String ? value : counted(Python.text(value));
            case "safe" -> new Markup(Python.text(value));
            case "trim", "strip" -> StringMethods.strip(Python.text(value), arguments, true, true);
            case "upper" -> Python.text(value).toUpperCase(Locale.ROOT);
            case "lower" -> Python.text(value).toLowerCase(Locale.ROOT);
            case "capitalize" -> StringMethods.capitalize(Python.text(value));
            case "title" -> WORD_IN_TITLE.matcher(Python.text(value)).replaceAll(word -> quoted(capitalized(word)));
            case "replace" ->
                StringMethods.replace(
                        Python.text(value),
                        Python.text(arguments.required(0, "old")),
                        Python.text(arguments.required(1, "new")),
                        arguments.whole(2, "count", -1),
                        budget);
            case "indent" -> indent(Python.text(value), arguments);
            case "center" -> StringMethods.pad(Python.text(value), arguments, StringMethods.Align.CENTER, budget);
            case "escape", "e", "forceescape" -> Markup.escaped(Python.text(value));
            case "format" -> StringFormat.percent(Python.text(value), new Tuple(arguments.positional()), budget);
            case "wordcount" -> (long) Python.text(value).split("\\w+", -1).length - 1;
            case "length", "count" -> Python.length(value);
            case "default", "d" ->
                value instanceof Undefined || (arguments.flag(1, "boolean", false) && !Python.truth(value))
                        ? arguments.or(0, "default_value", "")
                        : value;
            case "int" -> integer(value, arguments);
            case "float" -> floating(value, arguments);
            case "abs" -> Python.truth(lessThanZero(value)) ? Python.arithmetic("-", 0L, value) : value;
            case "round" -> round(value, arguments);
            case "list" -> items(value);
            case "items" -> pairs(value);
            case "first" ->
                items(value).isEmpty()
                        ? new Undefined("the first of nothing")
                        : items(value).getFirst();
            case "last" ->
                items(value).isEmpty()
                        ? new Undefined("the last of nothing")
                        : items(value).getLast();
            case "reverse" -> reverse(value);
            case "join" -> join(value, arguments);
            case "sum" -> sum(value, arguments);
            case "min" -> extreme(value, arguments, -1);
            case "max" -> extreme(value, arguments, 1);
            case "sort" -> sort(value, arguments);
            case "unique" -> unique(value, arguments);
            case "dictsort" -> sortedPairs(value, arguments);
            case "attr" -> evaluator.attribute(value, arguments.text(0, "name"));
            case "map" -> map(value, arguments);
            case "select" -> select(value, arguments, true);
            case "reject" -> select(value, arguments, false);
            case "selectattr" -> selectByAttribute(value, arguments, true);
            case "rejectattr" -> selectByAttribute(value, arguments, false);
            case "batch" -> batch(value, arguments);
            default -> throw new TemplateFailure("there is no filter '" + name + "'");
        };
    }

    private String counted(String text) {
        budget.characters(text.length());
        return text;
    }

    private List<Object> items(Object value) {
        List<Object> items = Python.iterate(value);
        budget.steps(items.size());
        return items;
    }

    private static String capitalized(MatchResult word) {
        return StringMethods.capitalize(word.group());
    }

    private static String quoted(String replacement) {
        return Matcher.quoteReplacement(replacement);
    }

    private String indent(String text, Arguments arguments) {
        Object width = arguments.or(0, "width", 4L);
        String indentation =
                width instanceof String given ? given : " ".repeat(Math.clamp(Python.index(width), 0, 1000));
        boolean blank = arguments.flag(2, "blank", false);
        List<Object> lines = StringMethods.splitLines(text + "\n", false);
        StringBuilder out = new StringBuilder(arguments.flag(1, "first", false) ? indentation : "");
        for (int i = 0; i < lines.size(); i++) {
            String line = Python.text(lines.get(i));
            out.append(i == 0 ? "" : "\n")
                    .append(i > 0 && (blank || !line.isEmpty()) ? indentation : "")
                    .append(line);
            budget.characters(indentation.length() + line.length());
        }
        return out.toString();
    }

    private static Object integer(Object value, Arguments arguments) {
        Object otherwise = arguments.or(0, "default", 0L);
        return switch (value) {
            case Boolean truth -> truth ? 1L : 0L;
            case Long number -> number;
            case BigInteger number -> number;
            case Double number -> number.isNaN() || number.isInfinite() ? otherwise : (Object) number.longValue();
            case String text -> {
                try {
                    yield Long.parseLong(Python.strip(text).replace("_", ""), (int) arguments.whole(1, "base", 10));
                } catch (NumberFormatException e) {
                    Object number = parse(text);
                    yield number instanceof Double parsed ? (Object) parsed.longValue() : otherwise;
                }
            }
            default -> otherwise;
        };
    }

    private static Object floating(Object value, Arguments arguments) {
        Object otherwise = arguments.or(0, "default", 0.0);
        if (Python.isNumber(value)) {
            return Python.number(value);
        }
        return value instanceof String text && parse(text) instanceof Double parsed ? parsed : otherwise;
    }

    private static Object parse(String text) {
        try {
            String number = Python.strip(text);
            return number.endsWith("f") || number.endsWith("d") ? None.NONE : (Object) Double.parseDouble(number);
        } catch (NumberFormatException e) {
            return None.NONE;
        }
    }

    private static Object lessThanZero(Object value) {
        return Python.compare(value, 0L) < 0;
    }

    private static Object round(Object number, Arguments arguments) {
        double value = Python.number(number);
        int precision = Math.clamp(arguments.whole(0, "precision", 0), -300, 300);
        String method = Python.text(arguments.or(1, "method", "common"));
        boolean whole = !(number instanceof Double);
        if ((whole && precision >= 0 && method.equals("common")) || !Double.isFinite(value)) {
            return number;
        }
        RoundingMode mode = switch (method) {
            case "common" -> RoundingMode.HALF_EVEN;
            case "ceil" -> RoundingMode.CEILING;
            case "floor" -> RoundingMode.FLOOR;
            default -> throw new TemplateFailure("round goes by common, ceil or floor");
        };
        return new BigDecimal(value).setScale(precision, mode).doubleValue();
    }

    private List<Object> pairs(Object value) {
        if (value instanceof Undefined) {
            return List.of();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new TemplateFailure("items needs a mapping, but was given " + Python.type(value));
        }
        budget.steps(map.size());
        List<Object> pairs = new ArrayList<>();
        map.forEach((key, item) -> pairs.add(new Tuple(List.of(key, item))));
        return pairs;
    }

    private Object reverse(Object value) {
        return value instanceof String text
                ? new StringBuilder(text).reverse().toString()
                : List.copyOf(items(value).reversed());
    }

    private String join(Object value, Arguments arguments) {
        List<Object> items = byAttribute(items(value), arguments, 1);
        return StringMethods.join(Python.text(arguments.or(0, "d", "")), items, budget);
    }

    private Object sum(Object value, Arguments arguments) {
        Object sum = arguments.or(1, "start", 0L);
        for (Object item : byAttribute(items(value), arguments, 0)) {
            sum = Python.arithmetic("+", sum, item);
        }
        return sum;
    }

    private Object extreme(Object value, Arguments arguments, int direction) {
        List<Object> items = items(value);
        Comparator<Object> order = order(arguments, 0, 1);
        return items.stream()
                .max(direction > 0 ? order : order.reversed())
                .orElseGet(() -> new Undefined("the extreme of nothing"));
    }

    private List<Object> sort(Object value, Arguments arguments) {
        Comparator<Object> order = order(arguments, 1, 2);
        return items(value).stream()
                .sorted(arguments.flag(0, "reverse", false) ? order.reversed() : order)
                .toList();
    }

    private List<Object> unique(Object value, Arguments arguments) {
        Comparator<Object> order = order(arguments, 0, 1);
        List<Object> kept = new ArrayList<>();
        for (Object item : items(value)) {
            budget.steps(kept.size());
            if (kept.stream().noneMatch(other -> sameUnder(order, other, item))) {
                kept.add(item);
            }
        }
        return kept;
    }

    private static boolean sameUnder(Comparator<Object> order, Object some, Object other) {
        return Python.equal(some, other)
                || (some.getClass() == other.getClass()
                        && (some instanceof String || some instanceof Map)
                        && order.compare(some, other) == 0);
    }

    private List<Object> sortedPairs(Object value, Arguments arguments) {
        int by = Python.text(arguments.or(1, "by", "key")).equals("value") ? 1 : 0;
        boolean caseSensitive = arguments.flag(0, "case_sensitive", false);
        Comparator<Object> order = (some, other) -> Python.compare(
                folded(((List<?>) some).get(by), caseSensitive), folded(((List<?>) other).get(by), caseSensitive));
        return pairs(value).stream()
                .sorted(arguments.flag(2, "reverse", false) ? order.reversed() : order)
                .toList();
    }

    /// By the value itself or one of its attributes, capitals among small letters unless told otherwise.
    private Comparator<Object> order(Arguments arguments, int caseSensitiveAt, int attributeAt) {
        boolean caseSensitive = arguments.flag(caseSensitiveAt, "case_sensitive", false);
        Object attribute = arguments.or(attributeAt, "attribute", None.NONE);
        return (some, other) -> {
            budget.step();
            return Python.compare(
                    folded(at(some, attribute), caseSensitive), folded(at(other, attribute), caseSensitive));
        };
    }

    private static Object folded(Object value, boolean caseSensitive) {
        return value instanceof String text && !caseSensitive ? text.toLowerCase(Locale.ROOT) : value;
    }

    private List<Object> byAttribute(List<Object> items, Arguments arguments, int index) {
        Object attribute = arguments.or(index, "attribute", None.NONE);
        return items.stream().map(item -> at(item, attribute)).toList();
    }

    /// `a.b.0` in one; the value itself for no attribute.
    private Object at(Object value, Object attribute) {
        if (attribute == None.NONE) {
            return value;
        }
        if (attribute instanceof Long) {
            return evaluator.item(value, attribute);
        }
        Object found = value;
        for (String name : Python.text(attribute).split("\\.", -1)) {
            found = evaluator.item(found, name.matches("\\d{1,9}") ? (Object) Long.parseLong(name) : name);
        }
        return found;
    }

    /// What Jinja2's `map` and its kin make of a value that is false, none among them: nothing.
    private List<Object> itemsIfAny(Object value) {
        return Python.truth(value) ? items(value) : List.of();
    }

    private List<Object> map(Object value, Arguments arguments) {
        List<Object> items = itemsIfAny(value);
        Object attribute = arguments.named().get("attribute");
        if (attribute != null) {
            Object otherwise = arguments.named().get("default");
            return items.stream()
                    .map(item -> at(item, attribute))
                    .map(found -> found instanceof Undefined && otherwise != null ? otherwise : found)
                    .toList();
        }
        String filter = arguments.text(0, "filter");
        return items.stream()
                .map(item -> apply(filter, item, arguments.from(1)))
                .toList();
    }

    private List<Object> select(Object value, Arguments arguments, boolean wanted) {
        return itemsIfAny(value).stream()
                .filter(item -> holds(item, arguments, 0) == wanted)
                .toList();
    }

    private List<Object> selectByAttribute(Object value, Arguments arguments, boolean wanted) {
        Object attribute = arguments.required(0, "attr");
        return itemsIfAny(value).stream()
                .filter(item -> holds(at(item, attribute), arguments, 1) == wanted)
                .toList();
    }

    private static boolean holds(Object value, Arguments arguments, int testAt) {
        return testAt >= arguments.positional().size()
                ? Python.truth(value)
                : Predicates.test(arguments.text(testAt, "test"), value, arguments.from(testAt + 1));
    }

    private List<Object> batch(Object value, Arguments arguments) {
        int size = Math.clamp(arguments.whole(0, "linecount", 1), 1, Integer.MAX_VALUE);
        List<Object> batches = new ArrayList<>();
        List<Object> items = items(value);
        for (int i = 0; i < items.size(); i += size) {
            List<Object> batch = new ArrayList<>(items.subList(i, Math.min(items.size(), i + size)));
            Object fill = arguments.find(1, "fill_with");
            while (fill != null && fill != None.NONE && batch.size() < size) {
                budget.step();
                batch.add(fill);
            }
            batches.add(batch);
        }
        return batches;
    }
}
