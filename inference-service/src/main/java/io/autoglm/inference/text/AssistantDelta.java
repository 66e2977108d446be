package io.autoglm.inference.text;

/// A piece of an assistant's message, in the terms of OpenAI's `delta`.
public sealed interface AssistantDelta {

    /// Goes on with `content`.
    record Content(String text) implements AssistantDelta {}

    /// Goes on with `reasoning_content`.
    record Reasoning(String text) implements AssistantDelta {}

    /// One whole entry of `tool_calls`.
    ///
    /// @param index     of the call in the message, from 0
    /// @param arguments a JSON object, as text
    record ToolCall(int index, String name, String arguments) implements AssistantDelta {}
}
