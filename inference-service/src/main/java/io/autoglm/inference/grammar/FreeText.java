package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Rule;
import java.util.ArrayList;
import java.util.List;

/// Text up to and with the first marker (`</think>`), as the automaton of Knuth, Morris and Pratt (SIAM
/// Journal on Computing 6, 1977): a rule for each number of the marker's bytes that were written last.
final class FreeText {

    private FreeText() {}

    /// Any bytes.
    static Grammar until(byte[] marker) {
        GrammarBuilder grammar = new GrammarBuilder();
        List<Rule> written = new ArrayList<>();
        for (int i = 0; i < marker.length; i++) {
            written.add(grammar.rule());
        }
        for (int i = 0; i < marker.length; i++) {
            ByteSet[] to = new ByteSet[marker.length + 1];
            for (int value = 0; value < 256; value++) {
                int next = next(marker, i, (byte) value);
                to[next] = (to[next] == null ? ByteSet.NONE : to[next]).with(value, value);
            }
            for (int next = 0; next <= marker.length; next++) {
                if (to[next] != null) {
                    grammar.or(written.get(i), to[next], next < marker.length ? written.get(next) : List.of());
                }
            }
        }
        return new Grammar(grammar.build(), written.getFirst());
    }

    /// The most bytes of the marker that are last when `value` follows `written` of them.
    private static int next(byte[] marker, int written, byte value) {
        int length = written + 1;
        while (length > 0 && !ends(marker, written, value, length)) {
            length--;
        }
        return length;
    }

    private static boolean ends(byte[] marker, int written, byte value, int length) {
        for (int i = 0; i < length - 1; i++) {
            if (marker[i] != marker[written - length + 1 + i]) {
                return false;
            }
        }
        return marker[length - 1] == value;
    }
}
