package io.autoglm.inference.text;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// How a family of models writes its tool calls.
public enum ToolFormat {
    /// Found in the model's chat template.
    AUTO(List.of(TaggedCall.MARK)),
    /// GLM-4-0414: a name on a line of its own, then a JSON object.
    GLM_4(List.of(TaggedCall.MARK)),
    /// GLM-4.5 and later: `<tool_call>name`, and `<arg_key>` and `<arg_value>` for each argument.
    GLM_4_5(List.of(TaggedCall.MARK)),
    /// Hermes, Qwen 2.5 and Qwen3: JSON within `<tool_call>`.
    HERMES(List.of(TaggedCall.MARK)),
    /// Qwen3-Coder: `<function=name>` and `<parameter=key>` within `<tool_call>`.
    QWEN_CODER(List.of(TaggedCall.MARK, TaggedCall.FUNCTION)),
    /// Llama 3: a JSON object with `parameters`, bare or behind `<|python_tag|>`, several separated by `;`.
    LLAMA(List.of(ToolFormat.PYTHON)),
    /// Mistral: `[TOOL_CALLS]`, then a JSON list, or `name[ARGS]{…}`.
    MISTRAL(List.of(MistralCalls.MARK)),
    /// DeepSeek V3.1.
    DEEPSEEK(List.of(DeepSeekCalls.MARK)),
    /// Calls are text.
    NONE(List.of());

    private static final String PYTHON = "<|python_tag|>";

    @SuppressWarnings("ImmutableEnumChecker") // of List.of
    private final List<String> marks;

    ToolFormat(List<String> marks) {
        this.marks = marks;
    }

    /// As in settings and requests: `glm-4-5`.
    public String spelled() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// By its spelling.
    public static Optional<ToolFormat> named(String spelled) {
        return Arrays.stream(values())
                .filter(format -> format.spelled().equals(spelled))
                .findFirst();
    }

    /// By the marks that a model's chat template writes.
    ///
    /// @return [#AUTO], which reads the forms of GLM, Hermes and Llama, where it writes none
    public static ToolFormat of(String template) {
        if (template.contains(DeepSeekCalls.MARK)) {
            return DEEPSEEK;
        }
        if (template.contains(MistralCalls.MARK)) {
            return MISTRAL;
        }
        if (template.contains(TaggedCall.MARK)) {
            return template.contains(TaggedCall.FUNCTION)
                    ? QWEN_CODER
                    : template.contains(PairTags.GLM.key()) ? GLM_4_5 : HERMES;
        }
        if (template.contains(PYTHON) || template.contains("<|start_header_id|>")) {
            return LLAMA;
        }
        return template.contains("<|observation|>") ? GLM_4 : AUTO;
    }

    /// What begins a call in the middle of a message; none is the beginning of another.
    List<String> marks() {
        return marks;
    }

    /// Reads what follows a mark.
    CallReader reader(String mark, ToolSchemas tools, CallSink sink) {
        return switch (mark) {
            case TaggedCall.MARK -> new TaggedCall(tools, sink);
            case TaggedCall.FUNCTION -> TaggedCall.ofFunction(tools, sink);
            case MistralCalls.MARK -> new MistralCalls(sink);
            case DeepSeekCalls.MARK -> new DeepSeekCalls(sink);
            default -> new LeadingCall(tools, false, false, sink);
        };
    }

    /// Whether a message may begin with a call that has no mark.
    boolean leads() {
        return switch (this) {
            case AUTO, GLM_4, GLM_4_5, LLAMA -> true;
            case HERMES, QWEN_CODER, MISTRAL, DEEPSEEK, NONE -> false;
        };
    }

    /// Reads a call that a message begins with, or that follows another.
    ///
    /// @param further whether it follows another
    CallReader leading(boolean further, ToolSchemas tools, CallSink sink) {
        return new LeadingCall(tools, this != LLAMA, further, sink);
    }
}
