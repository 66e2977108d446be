package io.autoglm.inference.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A model's chat template, parsed once, rendered for every request. Safe for concurrent use.
public final class ChatTemplate {

    /// Reads `chat_template.jinja`, or else `chat_template` of `tokenizer_config.json`, and the special tokens beside it.
    ///
    /// @return empty where the model has none
    /// @throws io.autoglm.inference.model.ModelLoadException if it is not a template
    public static Optional<ChatTemplate> open(Path modelDirectory) {
        throw new UnsupportedOperationException(modelDirectory.toString());
    }

    /// @param messages  OpenAI's `messages`, as they came
    /// @param tools     OpenAI's `tools`; null for none
    /// @param variables `chat_template_kwargs`: further variables of the template, such as `enable_thinking`; may be empty
    public Rendering render(
            JsonNode messages, @Nullable JsonNode tools, boolean addGenerationPrompt, ObjectNode variables) {
        throw new UnsupportedOperationException();
    }
}
