package io.autoglm.context.api;

import io.autoglm.context.conversation.Outcome;
import io.autoglm.context.conversation.Refusal;
import org.jspecify.annotations.Nullable;

/// Whole numbers in query parameters.
final class Numbers {
    private Numbers() {}

    /// @param absent what an absent parameter means; null where it must be there
    static Outcome<Long> parse(String param, @Nullable String text, @Nullable Integer absent, long min, long max) {
        if (text == null && absent != null) {
            return Outcome.done(absent.longValue());
        }
        if (text != null && text.matches("[0-9]{1,18}")) {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return Outcome.done(value);
            }
        }
        return Outcome.refused(new Refusal.Invalid(param, "must be a whole number from " + min + " to " + max));
    }
}
