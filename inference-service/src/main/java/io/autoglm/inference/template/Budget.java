package io.autoglm.inference.template;

/// What one rendering may spend. A chat template is a program out of a download and is run on what callers send:
/// without a bound three nested loops hang a thread, and a doubled string fills the heap.
final class Budget {

    /// A conversation of a thousand turns takes some hundred thousand.
    private static final long STEPS = 5_000_000;

    /// Written in all, intermediate strings included; a prompt of 128k tokens has about half a million.
    private static final long CHARACTERS = 256L << 20;

    /// Expressions, blocks and macros within each other; a thread's stack has room for several times as many.
    private static final int DEPTH = 500;

    private long steps;
    private long characters;
    private int depth;

    void step() {
        steps(1);
    }

    void steps(long more) {
        steps += more;
        if (steps > STEPS) {
            throw new TemplateFailure("the template takes more than " + STEPS + " steps");
        }
    }

    void characters(long more) {
        characters += more;
        if (characters > CHARACTERS) {
            throw new TemplateFailure("the template writes more than " + CHARACTERS + " characters");
        }
    }

    void enter() {
        if (++depth > DEPTH) {
            throw new TemplateFailure("the template is nested, or calls itself, deeper than " + DEPTH);
        }
    }

    void leave() {
        depth--;
    }
}
