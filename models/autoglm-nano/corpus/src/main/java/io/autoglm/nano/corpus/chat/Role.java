package io.autoglm.nano.corpus.chat;

import java.util.Locale;

/// Who speaks.
public enum Role {
    SYSTEM,
    USER,
    ASSISTANT,
    TOOL;

    /// The role as the OpenAI API spells it.
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
