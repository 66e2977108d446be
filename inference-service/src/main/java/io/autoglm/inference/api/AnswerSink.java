package io.autoglm.inference.api;

import io.autoglm.inference.text.AssistantDelta;
import io.autoglm.protocol.openai.Usage;
import java.util.List;

/// Where answers go: to the client piece by piece, or into one body at the end.
sealed interface AnswerSink permits StreamedAnswer, WholeAnswer {

    /// A token of a choice has come, though perhaps no text yet.
    void token(int choice, int token);

    /// @param tokens that were generated since the last call for this choice, this delta's among them
    void delta(int choice, AssistantDelta delta, List<AnswerToken> tokens);

    void finished(int choice, FinishReason reason, List<AnswerToken> tokens);

    /// Nothing more is at hand for the moment.
    void pause();

    /// All choices are finished.
    void end(Usage usage);
}
