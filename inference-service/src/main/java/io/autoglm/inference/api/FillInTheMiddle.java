package io.autoglm.inference.api;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// The marks between which a model was taught to write what comes between a beginning and an end: OpenAI's
/// `suffix`. Known by its vocabulary, since no configuration says so.
record FillInTheMiddle(String prefix, String suffix, String middle) {

    /// Qwen's coders; GLM-4.5; StarCoder and others; DeepSeek, whose hole is where the suffix begins.
    private static final List<FillInTheMiddle> KNOWN = List.of(
            new FillInTheMiddle("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
            new FillInTheMiddle("<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>"),
            new FillInTheMiddle("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
            new FillInTheMiddle("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"));

    /// @param isToken whether a text is one token of the model
    /// @return empty where it was taught no such thing
    static Optional<FillInTheMiddle> of(Predicate<String> isToken) {
        return KNOWN.stream()
                .filter(marks -> isToken.test(marks.prefix) && isToken.test(marks.suffix) && isToken.test(marks.middle))
                .findFirst();
    }

    String prompt(String beginning, String end) {
        return prefix + beginning + suffix + end + middle;
    }
}
