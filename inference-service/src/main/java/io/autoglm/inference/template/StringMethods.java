package io.autoglm.inference.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The methods of Python's `str` that templates call.
final class StringMethods {

    /// Where the text goes; in the middle, CPython puts an odd space to the left if the width is odd.
    enum Align {
        LEFT,
        RIGHT,
        CENTER
    }

    private StringMethods() {}

    /// Every call is charged for the string that it reads and for the items that it makes, before its result
    /// is used.
    ///
    /// @return null if there is no such method
    static @Nullable Function find(String self, String name, Budget budget) {
        Function method = method(self, name, budget);
        return method == null
                ? null
                : arguments -> {
                    budget.characters(self.length());
                    Object result = method.call(arguments);
                    budget.steps(result instanceof List<?> items ? items.size() : 0);
                    return result;
                };
    }

    private static @Nullable Function method(String self, String name, Budget budget) {
        return switch (name) {
            case "upper" -> arguments -> self.toUpperCase(Locale.ROOT);
            case "lower" -> arguments -> self.toLowerCase(Locale.ROOT);
            case "title" -> arguments -> title(self);
            case "capitalize" -> arguments -> capitalize(self);
            case "strip" -> arguments -> strip(self, arguments, true, true);
            case "lstrip" -> arguments -> strip(self, arguments, true, false);
            case "rstrip" -> arguments -> strip(self, arguments, false, true);
            case "removeprefix" ->
                arguments -> self.startsWith(arguments.text(0, "prefix"))
                        ? self.substring(arguments.text(0, "prefix").length())
                        : self;
            case "removesuffix" ->
                arguments -> self.endsWith(arguments.text(0, "suffix"))
                        ? self.substring(
                                0, self.length() - arguments.text(0, "suffix").length())
                        : self;
            case "startswith" -> arguments -> affix(self, arguments, true);
            case "endswith" -> arguments -> affix(self, arguments, false);
            case "split" -> arguments -> split(self, arguments, false);
            case "rsplit" -> arguments -> split(self, arguments, true);
            case "splitlines" -> arguments -> splitLines(self, arguments.flag(0, "keepends", false));
            case "partition" -> arguments -> partition(self, arguments.text(0, "sep"), false);
            case "rpartition" -> arguments -> partition(self, arguments.text(0, "sep"), true);
            case "replace" ->
                arguments -> replace(
                        self,
                        arguments.text(0, "old"),
                        arguments.text(1, "new"),
                        arguments.whole(2, "count", -1),
                        budget);
            case "join" -> arguments -> join(self, Python.iterate(arguments.required(0, "iterable")), budget);
            case "find" -> arguments -> find(self, arguments, false);
            case "rfind" -> arguments -> find(self, arguments, true);
            case "index" ->
                arguments -> {
                    long at = find(self, arguments, false);
                    if (at < 0) {
                        throw new TemplateFailure("substring not found");
                    }
                    return at;
                };
            case "count" -> arguments -> count(self, arguments.text(0, "sub"));
            case "format" -> arguments -> StringFormat.braces(self, arguments, budget);
            case "zfill" -> arguments -> zeroFill(self, arguments.whole(0, "width", 0), budget);
            case "ljust" -> arguments -> pad(self, arguments, Align.LEFT, budget);
            case "rjust" -> arguments -> pad(self, arguments, Align.RIGHT, budget);
            case "center" -> arguments -> pad(self, arguments, Align.CENTER, budget);
            case "isdigit", "isnumeric", "isdecimal" -> arguments -> all(self, Character::isDigit);
            case "isalpha" -> arguments -> all(self, Character::isLetter);
            case "isalnum" -> arguments -> all(self, Character::isLetterOrDigit);
            case "isspace" -> arguments -> all(self, Python::isSpace);
            case "isupper" -> arguments -> cased(self, Character::isUpperCase, Character::isLowerCase);
            case "islower" -> arguments -> cased(self, Character::isLowerCase, Character::isUpperCase);
            default -> null;
        };
    }

    private static boolean all(String self, IntPredicate kind) {
        return !self.isEmpty() && self.codePoints().allMatch(kind);
    }

    private static boolean cased(String self, IntPredicate wanted, IntPredicate other) {
        return self.codePoints().anyMatch(wanted) && self.codePoints().noneMatch(other);
    }

    static String capitalize(String self) {
        if (self.isEmpty()) {
            return self;
        }
        int first = self.offsetByCodePoints(0, 1);
        return self.substring(0, first).toUpperCase(Locale.ROOT)
                + self.substring(first).toLowerCase(Locale.ROOT);
    }

    /// Every letter behind something that is no letter is a capital.
    private static String title(String self) {
        StringBuilder text = new StringBuilder();
        boolean inside = false;
        for (int code : self.codePoints().toArray()) {
            text.appendCodePoint(inside ? Character.toLowerCase(code) : Character.toTitleCase(code));
            inside = Character.isLetter(code);
        }
        return text.toString();
    }

    static String strip(String self, Arguments arguments, boolean left, boolean right) {
        String characters = arguments.textOrNull(0, "chars");
        if (characters == null) {
            String text = left ? Python.stripLeft(self) : self;
            return right ? Python.stripRight(text) : text;
        }
        Set<Integer> set = characters.codePoints().boxed().collect(Collectors.toCollection(HashSet::new));
        int start = 0;
        int end = self.length();
        while (left && start < end && set.contains(self.codePointAt(start))) {
            start = self.offsetByCodePoints(start, 1);
        }
        while (right && end > start && set.contains(self.codePointBefore(end))) {
            end = self.offsetByCodePoints(end, -1);
        }
        return self.substring(start, end);
    }

    private static boolean affix(String self, Arguments arguments, boolean start) {
        Object affix = arguments.required(0, start ? "prefix" : "suffix");
        List<Object> affixes = affix instanceof List<?> several ? Python.iterate(several) : List.of(affix);
        for (Object one : affixes) {
            if (!(one instanceof String text)) {
                throw new TemplateFailure("a string cannot start or end with " + Python.type(one));
            }
            if (start ? self.startsWith(text) : self.endsWith(text)) {
                return true;
            }
        }
        return false;
    }

    private static List<Object> split(String self, Arguments arguments, boolean fromRight) {
        String separator = arguments.textOrNull(0, "sep");
        long most = arguments.whole(1, "maxsplit", -1);
        if (separator == null) {
            return fromRight ? splitSpacesFromRight(self, most) : splitSpaces(self, most);
        }
        if (separator.isEmpty()) {
            throw new TemplateFailure("split needs a separator");
        }
        List<Object> parts = new ArrayList<>();
        if (fromRight) {
            int end = self.length();
            int at;
            while ((most < 0 || parts.size() < most)
                    && end > 0
                    && (at = self.lastIndexOf(separator, end - separator.length())) >= 0) {
                parts.add(self.substring(at + separator.length(), end));
                end = at;
            }
            parts.add(self.substring(0, end));
            Collections.reverse(parts);
            return parts;
        }
        int start = 0;
        int at;
        while ((most < 0 || parts.size() < most) && (at = self.indexOf(separator, start)) >= 0) {
            parts.add(self.substring(start, at));
            start = at + separator.length();
        }
        parts.add(self.substring(start));
        return parts;
    }

    private static List<Object> splitSpaces(String self, long most) {
        List<Object> parts = new ArrayList<>();
        int at = skip(self, 0, true);
        while (at < self.length()) {
            if (most >= 0 && parts.size() >= most) {
                parts.add(self.substring(at));
                break;
            }
            int end = skip(self, at, false);
            parts.add(self.substring(at, end));
            at = skip(self, end, true);
        }
        return parts;
    }

    private static int skip(String self, int from, boolean spaces) {
        int at = from;
        while (at < self.length() && Python.isSpace(self.charAt(at)) == spaces) {
            at++;
        }
        return at;
    }

    private static List<Object> splitSpacesFromRight(String self, long most) {
        List<Object> parts = new ArrayList<>();
        int at = skipBack(self, self.length(), true);
        while (at > 0) {
            if (most >= 0 && parts.size() >= most) {
                parts.add(self.substring(0, at));
                break;
            }
            int start = skipBack(self, at, false);
            parts.add(self.substring(start, at));
            at = skipBack(self, start, true);
        }
        Collections.reverse(parts);
        return parts;
    }

    private static int skipBack(String self, int from, boolean spaces) {
        int at = from;
        while (at > 0 && Python.isSpace(self.charAt(at - 1)) == spaces) {
            at--;
        }
        return at;
    }

    static List<Object> splitLines(String self, boolean keepEnds) {
        List<Object> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < self.length(); i++) {
            char next = self.charAt(i);
            if ("\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029".indexOf(next) < 0) {
                continue;
            }
            int end = next == '\r' && i + 1 < self.length() && self.charAt(i + 1) == '\n' ? i + 2 : i + 1;
            lines.add(self.substring(start, keepEnds ? end : i));
            start = end;
            i = end - 1;
        }
        if (start < self.length()) {
            lines.add(self.substring(start));
        }
        return lines;
    }

    private static List<Object> partition(String self, String separator, boolean fromRight) {
        int at = fromRight ? self.lastIndexOf(separator) : self.indexOf(separator);
        if (at < 0) {
            return fromRight ? List.of("", "", self) : List.of(self, "", "");
        }
        return List.of(self.substring(0, at), separator, self.substring(at + separator.length()));
    }

    static String replace(String self, String old, String with, long count, Budget budget) {
        StringBuilder text = new StringBuilder();
        int start = 0;
        long left = count < 0 ? Long.MAX_VALUE : count;
        if (old.isEmpty()) {
            for (int i = 0; i <= self.length(); i++) {
                text.append(left-- > 0 ? with : "").append(self, i, Math.min(i + 1, self.length()));
                budget.characters(with.length());
            }
            return text.toString();
        }
        for (int at; left > 0 && (at = self.indexOf(old, start)) >= 0; left--) {
            text.append(self, start, at).append(with);
            budget.characters(with.length());
            start = at + old.length();
        }
        return text.append(self, start, self.length()).toString();
    }

    static String join(String separator, List<Object> items, Budget budget) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < items.size(); i++) {
            String item = Python.text(items.get(i));
            budget.characters(item.length() + separator.length());
            text.append(i == 0 ? "" : separator).append(item);
        }
        return text.toString();
    }

    private static long find(String self, Arguments arguments, boolean last) {
        String part = arguments.text(0, "sub");
        int from = self.offsetByCodePoints(
                0, Math.clamp(arguments.whole(1, "start", 0), 0, self.codePointCount(0, self.length())));
        int at = last ? self.lastIndexOf(part) : self.indexOf(part, from);
        return at < from ? -1 : self.codePointCount(0, at);
    }

    private static long count(String self, String part) {
        if (part.isEmpty()) {
            return Python.length(self) + 1;
        }
        long count = 0;
        for (int at = self.indexOf(part); at >= 0; at = self.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    private static String zeroFill(String self, long width, Budget budget) {
        long missing = width - Python.length(self);
        if (missing <= 0) {
            return self;
        }
        budget.characters(missing);
        int sign = self.startsWith("-") || self.startsWith("+") ? 1 : 0;
        return self.substring(0, sign) + "0".repeat((int) missing) + self.substring(sign);
    }

    static String pad(String self, Arguments arguments, Align align, Budget budget) {
        long width = arguments.whole(0, "width", 80);
        long missing = width - Python.length(self);
        if (missing <= 0) {
            return self;
        }
        budget.characters(missing);
        String fill = arguments.find(1, "fillchar") instanceof String text ? text : " ";
        int before = switch (align) {
            case LEFT -> 0;
            case RIGHT -> (int) missing;
            case CENTER -> (int) (missing / 2 + (missing & width & 1));
        };
        return fill.repeat(before) + self + fill.repeat((int) missing - before);
    }
}
