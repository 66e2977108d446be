package io.autoglm.inference.text;

/// Reads the markup of tool calls, a character at a time, and tells its [CallSink] what is certain.
interface CallReader {

    enum Progress {
        /// Goes on, or could still become a call.
        OPEN,
        /// All of it is read with this character.
        DONE,
        /// This character does not belong to it; nor does anything since the sink was told last.
        BROKEN
    }

    Progress accept(char next);
}
