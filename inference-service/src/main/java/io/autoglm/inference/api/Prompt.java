package io.autoglm.inference.api;

import io.autoglm.inference.ServingModel;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/// Text on its way into a model: how many tokens it has, and whether an answer fits behind them.
final class Prompt {

    private Prompt() {}

    /// @param field       named when the text does not fit
    /// @param withSpecial puts the model's start token before it
    /// @throws RefusedException with OpenAI's `context_length_exceeded`
    static int[] encode(ServingModel model, String text, boolean withSpecial, String field) {
        return fitting(model, tokens(model, text, withSpecial, field), field);
    }

    /// The same, of whose tokens only the last are kept.
    ///
    /// @param keep empty for all
    static int[] encode(ServingModel model, String text, boolean withSpecial, OptionalInt keep, String field) {
        if (keep.isEmpty()) {
            return encode(model, text, withSpecial, field);
        }
        if (keep.getAsInt() > model.maxTokens()) {
            throw RefusedException.invalid(
                    "truncate_prompt_tokens",
                    "'truncate_prompt_tokens' is " + keep.getAsInt() + ", but this model's context has "
                            + model.maxTokens() + " tokens");
        }
        int[] start = withSpecial ? start(model) : new int[0];
        int[] tokens = model.tokenizer().encode(tail(model, text, keep.getAsInt()), false);
        int[] kept = last(tokens, Math.max(0, keep.getAsInt() - start.length));
        int[] all = Arrays.copyOf(start, start.length + kept.length);
        System.arraycopy(kept, 0, all, start.length, kept.length);
        return fitting(model, last(all, keep.getAsInt()), field);
    }

    /// The last of some tokens.
    static int[] last(int[] tokens, int keep) {
        return tokens.length <= keep ? tokens : Arrays.copyOfRange(tokens, tokens.length - keep, tokens.length);
    }

    /// What the tokenizer puts before a text.
    private static int[] start(ServingModel model) {
        int[] with = model.tokenizer().encode("a", true);
        int[] without = model.tokenizer().encode("a", false);
        int before = 0;
        while (before < with.length && with[before] != without[0]) {
            before++;
        }
        return Arrays.copyOf(with, before);
    }

    /// The end of a text, which surely holds its last tokens: a megabyte would take seconds to tokenize. Cut at
    /// whitespace, and with some more tokens than are asked for, since those at the cut may differ.
    private static String tail(ServingModel model, String text, int tokens) {
        long most = (tokens + 64L) * model.longestToken();
        if (text.length() <= most) {
            return text;
        }
        int from = (int) (text.length() - most);
        int space = from;
        while (space < text.length() && space - from < model.longestToken() && text.charAt(space) != ' ') {
            space++;
        }
        int at = space < text.length() && text.charAt(space) == ' ' ? space : from;
        return text.substring(Character.isLowSurrogate(text.charAt(at)) ? at + 1 : at);
    }

    /// However many they are, unless the text is so long that it cannot fit: it would take seconds to
    /// tokenize.
    static int[] tokens(ServingModel model, String text, boolean withSpecial, String field) {
        // Each character is at least a byte.
        long least = (text.length() + model.longestToken() - 1L) / model.longestToken();
        if (least > model.maxTokens()) {
            throw tooLong(model, "at least " + least, field);
        }
        return model.tokenizer().encode(text, withSpecial);
    }

    /// @throws RefusedException if the tokens leave no room for an answer
    static int[] fitting(ServingModel model, int[] tokens, String field) {
        if (tokens.length == 0) {
            throw RefusedException.invalid(field, "'" + field + "' must hold at least one token");
        }
        if (tokens.length >= model.maxTokens()) {
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
