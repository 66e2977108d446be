package io.autoglm.inference.template;

/// Text that the filters `safe` and `escape` call safe for HTML: what is added to it is escaped. As long as
/// it is an operand of `+`, and no longer; everywhere else it is plain text.
record Markup(String text) {

    /// What MarkupSafe's `escape` makes of a text.
    static Markup escaped(String text) {
        return new Markup(text.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;"));
    }

    /// @param left a text or markup, as the other
    static Markup add(Object left, Object right) {
        return new Markup(of(left).text + of(right).text);
    }

    private static Markup of(Object value) {
        return value instanceof Markup markup ? markup : escaped((String) value);
    }
}
