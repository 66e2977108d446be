package io.autoglm.inference.text;

/// The marks about the reasoning of a model that shows it.
public record Reasoning(String open, String close) {

    /// GLM-4.5, Qwen3, DeepSeek and most others.
    public static final Reasoning THINK = new Reasoning("<think>", "</think>");

    /// Magistral.
    public static final Reasoning MISTRAL = new Reasoning("[THINK]", "[/THINK]");

    /// By a model's chat template.
    public static Reasoning of(String template) {
        return template.contains(MISTRAL.open) && !template.contains(THINK.open) ? MISTRAL : THINK;
    }

    /// Whether the rendered prompt leaves the model in the middle of its reasoning.
    public boolean isOpenAt(String prompt) {
        return prompt.stripTrailing().endsWith(open);
    }

    /// Whether a text that was begun ends within its reasoning.
    public boolean isOpenWithin(String text) {
        return text.lastIndexOf(open) > text.lastIndexOf(close);
    }
}
