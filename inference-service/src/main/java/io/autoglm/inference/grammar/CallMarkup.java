package io.autoglm.inference.grammar;

import java.util.Map;
import java.util.Optional;

/// How a model's template writes a call behind the name of its tool, up to the end of the call.
public sealed interface CallMarkup {

    /// What comes behind the name in any case, up to where tokens of the model may begin: neither a
    /// bracket nor whitespace is its last character.
    default String certain() {
        String beginning = beginning();
        int length = beginning.length();
        while (length > 0
                && ("<{[".indexOf(beginning.charAt(length - 1)) >= 0
                        || Character.isWhitespace(beginning.charAt(length - 1)))) {
            length--;
        }
        return beginning.substring(0, length);
    }

    /// What comes behind the name in any case.
    String beginning();

    /// The arguments as a JSON object: GLM-4's `name\n{…}`, Hermes' `{"name": …, "arguments": {…}}`.
    ///
    /// @param before between name and object
    /// @param end    behind the object; empty where it is the end
    record Json(String before, String end) implements CallMarkup {

        @Override
        public String beginning() {
            return before;
        }
    }

    /// The arguments as keys and values between tags (GLM-4.5 and later, Qwen3-Coder): a string as it is, any
    /// other value as JSON.
    ///
    /// @param none   behind the name of a tool that gets no arguments
    /// @param first  between the name and the first key
    /// @param middle between a key and its value
    /// @param next   between a value and the next key
    /// @param end    behind the last value
    record Pairs(String none, String first, String middle, String next, String end) implements CallMarkup {

        private static final Map<String, String> KEY_ENDS_BY_VALUE_ENDS =
                Map.of("</arg_value>", "</arg_key>", "\n</parameter>", ">");

        public Pairs {
            if (!areTagged(middle, next, end)) {
                throw new IllegalArgumentException("arguments between other tags: " + middle + next + end);
            }
        }

        /// @return empty where other tags are about keys and values
        public static Optional<Pairs> of(String none, String first, String middle, String next, String end) {
            return areTagged(middle, next, end)
                    ? Optional.of(new Pairs(none, first, middle, next, end))
                    : Optional.empty();
        }

        private static boolean areTagged(String middle, String next, String end) {
            return KEY_ENDS_BY_VALUE_ENDS.entrySet().stream()
                    .anyMatch(tags -> next.startsWith(tags.getKey())
                            && end.startsWith(tags.getKey())
                            && middle.startsWith(tags.getValue()));
        }

        /// Ends a value, with the line break that is not of it; the tag cannot be within one.
        String valueEnd() {
            return KEY_ENDS_BY_VALUE_ENDS.keySet().stream()
                    .filter(end::startsWith)
                    .findFirst()
                    .orElseThrow();
        }

        /// Ends a key.
        String keyEnd() {
            return KEY_ENDS_BY_VALUE_ENDS.getOrDefault(valueEnd(), "");
        }

        @Override
        public String beginning() {
            int length = 0;
            while (length < Math.min(none.length(), first.length()) && none.charAt(length) == first.charAt(length)) {
                length++;
            }
            return none.substring(0, length);
        }
    }
}
