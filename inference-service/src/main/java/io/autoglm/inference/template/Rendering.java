package io.autoglm.inference.template;

/// What came of rendering a conversation.
public sealed interface Rendering {

    /// The prompt.
    record Prompt(String text) implements Rendering {}

    /// The template itself refused the conversation with `raise_exception`: the caller's fault, in the template's
    /// words.
    record Refused(String message) implements Rendering {}

    /// The template cannot be run on this conversation, say because a message lacks what it needs, or because it
    /// went past the limits of a rendering.
    record Failed(String message) implements Rendering {}
}
