package io.autoglm.inference.grammar;

/// Free text that an answer of some form may be written after: a model's reasoning. It goes up to the
/// first marker, and has the room that the shortest answer leaves it.
final class Preface {

    private final byte[] marker;
    private final Grammar text;
    private final int[] marks;

    /// @param marker what ends the text (`</think>`), not empty; a control token or spelled
    Preface(byte[] marker, Vocabulary vocabulary) {
        this.marker = marker;
        this.text = FreeText.until(marker);
        this.marks = vocabulary.marks(marker);
    }

    Grammar text() {
        return text;
    }

    /// Tokens that are the whole marker. It may be spelled as well, but where there is one, this is enough.
    int[] marks() {
        return marks;
    }

    /// The fewest tokens that it takes.
    int leastTokens(Vocabulary vocabulary) {
        return marks.length > 0 ? 1 : vocabulary.tokens(marker);
    }
}
