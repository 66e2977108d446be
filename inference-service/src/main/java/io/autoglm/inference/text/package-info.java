/// From text to token ids and back, token by token: [Tokenizer], then for each answer the chain [TextStream]
/// (bytes to characters) → [StopStrings] → [AssistantParser] (reasoning, content, and tool calls, read by the
/// [CallReader] of the model's [ToolFormat]).
///
/// The streaming classes hold one answer's state and are not safe for concurrent use; [Tokenizer] is. All of them
/// give the same result however the text is cut into pieces.
@NullMarked
package io.autoglm.inference.text;

import org.jspecify.annotations.NullMarked;
