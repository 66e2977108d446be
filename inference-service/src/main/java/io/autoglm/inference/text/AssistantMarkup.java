package io.autoglm.inference.text;

/// How a model marks the parts of its messages.
///
/// @param calls     never [ToolFormat#AUTO] where its template says more
/// @param reasoning about what it thinks
public record AssistantMarkup(ToolFormat calls, Reasoning reasoning) {

    /// What is known of a model without a template.
    public static final AssistantMarkup ANY = new AssistantMarkup(ToolFormat.AUTO, Reasoning.THINK);

    /// @param template source of the model's chat template
    /// @param asked    what the operator says of its calls
    public static AssistantMarkup of(String template, ToolFormat asked) {
        return new AssistantMarkup(asked == ToolFormat.AUTO ? ToolFormat.of(template) : asked, Reasoning.of(template));
    }
}
