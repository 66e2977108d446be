package io.autoglm.inference.text;

/// A piece of an assistant's message, in the terms of OpenAI's `delta`.
public sealed interface AssistantDelta {

    /// Goes on with `content`.
    record Content(String text) implements AssistantDelta {}

    /// Goes on with `reasoning_content`.
    record Reasoning(String text) implements AssistantDelta {}

    /// A call begins: an entry of `tool_calls`.
    ///
    /// @param index     of the call in the message, from 0
    /// @param arguments the beginning of a JSON object, as text; may be empty
    record ToolCall(int index, String name, String arguments) implements AssistantDelta {}

    /// A call's arguments go on. All pieces of a call together are a JSON object, unless the call or
    /// the answer broke off.
    ///
    /// @param index of the call that was begun last
    record Arguments(int index, String text) implements AssistantDelta {}
}
