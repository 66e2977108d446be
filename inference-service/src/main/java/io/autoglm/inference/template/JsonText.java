package io.autoglm.inference.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Python's `json.dumps`, which models have seen in training: a space behind `,` and `:`, text as it is.
final class JsonText {

    /// Columns for each level; -1: all on one line.
    private final int indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean ascii;
    private final boolean sorted;
    private final StringBuilder out = new StringBuilder();

    private JsonText(Arguments arguments) {
        this.ascii = arguments.flag(0, "ensure_ascii", false);
        Object indent = arguments.or(1, "indent", None.NONE);
        this.indent = indent == None.NONE ? -1 : Math.clamp(Python.index(indent), 0, 100);
        this.sorted = arguments.flag(3, "sort_keys", false);
        if (arguments.or(2, "separators", None.NONE) instanceof List<?> separators && separators.size() == 2) {
            this.itemSeparator = Python.text(separators.get(0));
            this.keySeparator = Python.text(separators.get(1));
        } else {
            this.itemSeparator = this.indent < 0 ? ", " : ",";
            this.keySeparator = ": ";
        }
    }

    /// `tojson(ensure_ascii, indent, separators, sort_keys)`, with Hugging Face's defaults.
    static String write(Object value, Arguments arguments) {
        JsonText text = new JsonText(arguments);
        text.write(value, 0);
        return text.out.toString();
    }

    private void write(Object value, int depth) {
        switch (value) {
            case String text -> quote(text);
            case Boolean truth -> out.append(truth);
            case None none -> out.append("null");
            case Double number ->
                out.append(
                        number.isNaN()
                                ? "NaN"
                                : number.isInfinite() ? (number > 0 ? "Infinity" : "-Infinity") : Python.repr(number));
            case Number number -> out.append(number);
            case List<?> items -> {
                open('[', items.isEmpty(), depth);
                for (int i = 0; i < items.size(); i++) {
                    separate(i > 0, depth);
                    write(items.get(i), depth + 1);
                }
                close(']', items.isEmpty(), depth);
            }
            case Map<?, ?> map -> object(map, depth);
            default -> throw new TemplateFailure(Python.type(value) + " cannot be written as JSON");
        }
    }

    private void object(Map<?, ?> map, int depth) {
        open('{', map.isEmpty(), depth);
        boolean more = false;
        List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
        if (sorted) {
            entries.sort(Comparator.comparing(entry -> Python.text(entry.getKey())));
        }
        for (Map.Entry<?, ?> entry : entries) {
            separate(more, depth);
            more = true;
            switch (entry.getKey()) {
                case String key -> quote(key);
                case Boolean key -> quote(key ? "true" : "false");
                case None key -> quote("null");
                default -> quote(Python.repr(entry.getKey()));
            }
            out.append(keySeparator);
            write(entry.getValue(), depth + 1);
        }
        close('}', map.isEmpty(), depth);
    }

    private void open(char bracket, boolean empty, int depth) {
        out.append(bracket);
        if (!empty) {
            breakLine(depth + 1);
        }
    }

    private void separate(boolean more, int depth) {
        if (more) {
            out.append(itemSeparator);
            breakLine(depth + 1);
        }
    }

    private void close(char bracket, boolean empty, int depth) {
        if (!empty) {
            breakLine(depth);
        }
        out.append(bracket);
    }

    private void breakLine(int depth) {
        if (indent >= 0) {
            out.append('\n').repeat(' ', indent * depth);
        }
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            switch (next) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> {
                    if (next < ' ' || (ascii && next > '~')) {
                        out.append("\\u%04x".formatted((int) next));
                    } else {
                        out.append(next);
                    }
                }
            }
        }
        out.append('"');
    }
}
