package io.autoglm.inference.template;

/// A piece of a template's source.
///
/// @param text the literal text, the name, the operator, or the string without its quotes and escapes
record Token(Kind kind, String text, int line) {

    enum Kind {
        /// Text outside of all tags.
        TEXT,
        OUTPUT_BEGIN,
        OUTPUT_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind kind, String text) {
        return this.kind == kind && this.text.equals(text);
    }

    boolean isName(String name) {
        return is(Kind.NAME, name);
    }

    boolean isOperator(String operator) {
        return is(Kind.OPERATOR, operator);
    }
}
