package io.autoglm.local.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A JSON value: a `Map<String, Object>`, a `List<Object>`, a `String`, a `Long`, a `Double`, a `Boolean`, or null.
///
/// Reading is lenient where a member is missing ({@link #at} then gives a `Json` of null), so that a service
/// may gain and lose fields; it is strict about the grammar of RFC 8259.
public record Json(@Nullable Object value) {

    /// @throws IllegalArgumentException with the offset of the first character that is not JSON
    public static Json parse(String text) {
        return new Json(new JsonReader(text).document());
    }

    /// An object of alternating names and values, in that order.
    public static Json object(@Nullable Object... namesAndValues) {
        if (namesAndValues.length % 2 != 0) throw new IllegalArgumentException("names and values come in pairs");
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return new Json(members);
    }

    /// The member of that name; a `Json` of null where there is none, or where this is not an object.
    public Json at(String name) {
        return new Json(value instanceof Map<?, ?> members ? members.get(name) : null);
    }

    /// The elements of an array; none where this is something else.
    public List<Json> items() {
        if (!(value instanceof List<?> elements)) return List.of();
        List<Json> items = new ArrayList<>();
        for (Object element : elements) items.add(new Json(element));
        return items;
    }

    public @Nullable String text() {
        return value instanceof String text ? text : null;
    }

    public String text(String otherwise) {
        return value instanceof String text ? text : otherwise;
    }

    public long number(long otherwise) {
        return value instanceof Number number ? number.longValue() : otherwise;
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(@Nullable Object value, StringBuilder out) {
        switch (value) {
            case null -> out.append("null");
            case Json json -> write(json.value, out);
            case CharSequence text -> quote(text, out);
            case Map<?, ?> members -> {
                String separator = "{";
                for (Map.Entry<?, ?> member : members.entrySet()) {
                    out.append(separator);
                    quote(String.valueOf(member.getKey()), out);
                    write(member.getValue(), out.append(':'));
                    separator = ",";
                }
                out.append(members.isEmpty() ? "{}" : "}");
            }
            case List<?> elements -> {
                String separator = "[";
                for (Object element : elements) {
                    write(element, out.append(separator));
                    separator = ",";
                }
                out.append(elements.isEmpty() ? "[]" : "]");
            }
            case Number number -> out.append(number);
            case Boolean truth -> out.append(truth);
            default -> quote(value.toString(), out);
        }
    }

    private static void quote(CharSequence text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') out.append(String.format("\\u%04x", (int) c));
                    else out.append(c);
                }
            }
        }
        out.append('"');
    }
}
