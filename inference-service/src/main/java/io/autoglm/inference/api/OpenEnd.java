package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.autoglm.inference.text.Reasoning;

/// vLLM's `continue_final_message`: the prompt ends with the last message's own text, whatever the template
/// writes behind it, and the model goes on with that text.
final class OpenEnd {

    private OpenEnd() {}

    /// As `apply_chat_template` of Transformers does it: cut behind the last place where the message's
    /// content stands.
    ///
    /// @param rendered without a generation prompt
    static String of(String rendered, ArrayNode messages) {
        String content = content(messages);
        String bare = content.strip();
        int at = rendered.lastIndexOf(bare);
        if (bare.isEmpty() || at < 0) {
            throw RefusedException.invalid(
                    "continue_final_message",
                    "'continue_final_message' needs a last message whose content the model's template writes as it is");
        }
        String untrimmed = content.stripLeading();
        boolean kept = rendered.startsWith(untrimmed, at);
        return rendered.substring(0, at + (kept ? untrimmed : bare).length());
    }

    /// Whether the last message ends within reasoning.
    static boolean reasons(ArrayNode messages, Reasoning marks) {
        return marks.isOpenWithin(content(messages));
    }

    /// The text of the last message if it is an assistant's, as the answer is; or else nothing.
    static String ofAssistant(ArrayNode messages) {
        boolean own = "assistant"
                .equals(messages.path(messages.size() - 1).path("role").textValue());
        return own ? content(messages) : "";
    }

    private static String content(ArrayNode messages) {
        return messages.path(messages.size() - 1).path("content").asText("");
    }
}
