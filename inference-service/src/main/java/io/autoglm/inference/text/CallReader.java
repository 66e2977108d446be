package io.autoglm.inference.text;

/// Reads the markup of one tool call, a character at a time.
interface CallReader {

    enum Progress {
        /// Could still become a call.
        OPEN,
        /// The call is complete with this character.
        DONE,
        /// With this character it is none.
        BROKEN
    }

    Progress accept(char next);

    /// Once it is done.
    Call call();

    /// @param arguments a JSON object, as text
    record Call(String name, String arguments) {}
}
