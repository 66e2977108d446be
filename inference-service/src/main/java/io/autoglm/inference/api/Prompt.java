package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.ServingModel;
import java.util.Optional;

/// Text on its way into a model: how many tokens it has, and whether an answer fits behind them.
final class Prompt {

    private Prompt() {}

    /// However many they are, unless the text is so long that it cannot fit.
    static int[] tokens(ServingModel model, String text, boolean withSpecial, String field) {
        if (new LongText(model.tokenizer(), text, model.maxTokens()).exceeds()) {
            throw tooLong(model, "more", field);
        }
        return model.tokenizer().encode(text, withSpecial);
    }

    /// @param field named when one of them is no token of the model's
    /// @param ids   a list
    static int[] tokenIds(Fields request, String field, JsonNode ids, ServingModel model) {
        int most = model.tokenizer().vocabularySize() - 1;
        int[] tokens = new int[ids.size()];
        for (int i = 0; i < tokens.length; i++) {
            JsonNode id = ids.get(i);
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0 || id.intValue() > most) {
                throw request.wrong(field, "must hold token ids from 0 to " + most);
            }
            tokens[i] = id.intValue();
        }
        return tokens;
    }

    /// @param answerTokens for which there must be room behind them
    /// @throws RefusedException with OpenAI's `context_length_exceeded` if there is not, or one of
    ///         them is not the model's: some tokenizers know more of them than the model has embeddings
    static int[] fitting(ServingModel model, int[] tokens, int answerTokens, String field) {
        if (tokens.length == 0) {
            throw RefusedException.invalid(field, "'" + field + "' must hold at least one token");
        }
        for (int token : tokens) {
            if (token >= model.embeddings()) {
                throw RefusedException.invalid(
                        field,
                        "'" + field + "' holds '" + model.tokenizer().decode(new int[] {token}, true) + "', token "
                                + token
                                + " of the tokenizer, but the model has embeddings for " + model.embeddings()
                                + " tokens");
            }
        }
        if (tokens.length + answerTokens > model.maxTokens()) {
            throw tooLong(model, Integer.toString(tokens.length), field);
        }
        return tokens;
    }

    /// What was asked for, or less where the model ends before: `finish_reason` says `length` then.
    ///
    /// @param field that holds the prompt, which is what limits the answer then
    static AnswerLimit answerLimit(ServingModel model, int[] prompt, Optional<AnswerLimit> asked, String field) {
        AnswerLimit room = new AnswerLimit(model.maxTokens() - prompt.length, field);
        return asked.filter(limit -> limit.tokens() <= room.tokens()).orElse(room);
    }

    private static RefusedException tooLong(ServingModel model, String tokens, String field) {
        return new RefusedException(new Refusal.Invalid(
                "This model's maximum context length is " + model.maxTokens() + " tokens, prompt and answer together,"
                        + " but the prompt has " + tokens + " tokens. Please shorten it.",
                field,
                "context_length_exceeded"));
    }
}
