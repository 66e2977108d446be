package io.autoglm.context.store;

import io.autoglm.context.conversation.ConversationKey;
import java.util.Optional;

/// Where a page of a tenant's list ended: `<milliseconds>~<id>`.
///
/// @param millis when the entry was last appended to
record Cursor(long millis, String id) {

    /// @return empty where it is not one that was given out
    static Optional<Cursor> parse(String text) {
        int tilde = text.indexOf('~');
        if (tilde < 1 || tilde > 18 || !ConversationKey.isId(text.substring(tilde + 1))) {
            return Optional.empty();
        }
        String millis = text.substring(0, tilde);
        return millis.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Optional.of(new Cursor(Long.parseLong(millis), text.substring(tilde + 1)))
                : Optional.empty();
    }

    String text() {
        return millis + "~" + id;
    }
}
