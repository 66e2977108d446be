package io.autoglm.nano.corpus.tokenizer;

import java.util.List;

/// GLM-4's added tokens, and those of the tool notation. The first are control marks, left out of decoded text; the
/// others are text that the service reads.
final class SpecialTokens {
    static final List<String> CONTROL = List.of(
            "<|endoftext|>",
            "[MASK]",
            "[gMASK]",
            "[sMASK]",
            "<sop>",
            "<eop>",
            "<|system|>",
            "<|user|>",
            "<|assistant|>",
            "<|observation|>");
    static final List<String> NOTATION = List.of(
            "<tool_call>",
            "</tool_call>",
            "<arg_key>",
            "</arg_key>",
            "<arg_value>",
            "</arg_value>",
            "<tool_response>",
            "</tool_response>");

    private SpecialTokens() {}
}
