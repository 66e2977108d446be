package io.autoglm.inference.text;

/// The tags about the arguments of a call that are written as keys and values.
///
/// @param key      before a key
/// @param keyEnd   behind it
/// @param value    before its value, whitespace between; empty where the value follows at once
/// @param valueEnd behind it
/// @param end      behind the last pair
/// @param lines    a value is between line breaks that are not its own
record PairTags(String key, String keyEnd, String value, String valueEnd, String end, boolean lines) {

    /// GLM-4.5 and later.
    static final PairTags GLM =
            new PairTags("<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>", "</tool_call>", false);

    /// Qwen3-Coder.
    static final PairTags QWEN = new PairTags("<parameter=", ">", "", "</parameter>", "</function>", true);
}
