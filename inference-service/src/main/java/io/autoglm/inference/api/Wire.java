package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.text.AssistantDelta;
import io.autoglm.protocol.openai.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The JSON of one of OpenAI's two answer shapes.
sealed interface Wire permits ChatWire, CompletionWire {

    /// The first chunk of a choice, or null where the shape has none.
    @Nullable
    ObjectNode opening(int choice);

    ObjectNode delta(int choice, AssistantDelta delta, List<AnswerToken> tokens);

    ObjectNode finished(int choice, FinishReason reason, List<AnswerToken> tokens);

    /// The chunk after the last choice, without choices.
    ObjectNode usage(Usage usage);

    /// The body of an answer that is not streamed.
    ObjectNode whole(List<WholeChoice> choices, Usage usage);
}
