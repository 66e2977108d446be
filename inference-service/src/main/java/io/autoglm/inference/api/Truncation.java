package io.autoglm.inference.api;

import io.autoglm.inference.ServingModel;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// How many tokens of a prompt are kept, the last ones: vLLM's `truncate_prompt_tokens`. What the tokenizer
/// puts around a text is kept, and counts.
///
/// @param most empty for all
/// @param kept of a prompt that has more
record Truncation(OptionalInt most, int kept) {

    private static final String FIELD = "truncate_prompt_tokens";

    /// -1 leaves a prompt alone that fits, as vLLM does. Of one that does not, as much is kept as leaves room
    /// for the answer, but no less than half of what the model takes.
    ///
    /// @param answerTokens as they were asked for; 0 where there is no answer
    static Truncation read(Fields request, ServingModel model, int answerTokens) {
        OptionalInt asked = request.integer(FIELD, -1, model.maxTokens());
        if (asked.isPresent() && asked.getAsInt() == 0) {
            throw request.wrong(FIELD, "must be -1 (what fits) or at least 1, but is 0");
        }
        int all = model.maxTokens();
        return asked.isPresent() && asked.getAsInt() < 0
                ? new Truncation(OptionalInt.of(all - Math.min(1, answerTokens)), all - Math.min(answerTokens, all / 2))
                : new Truncation(asked, asked.orElse(all));
    }

    /// @param field named when the text is too long
    int[] tokens(ServingModel model, String text, boolean withSpecial, String field) {
        if (most.isEmpty()) {
            return Prompt.tokens(model, text, withSpecial, field);
        }
        String end = new LongText(model.tokenizer(), text, most.getAsInt()).end();
        int[] tokens = model.tokenizer().encode(end, false);
        if (!withSpecial) {
            return of(tokens);
        }
        int[] letter = model.tokenizer().encode("a", false);
        int[] wrapped = model.tokenizer().encode("a", true);
        int around = Math.max(0, wrapped.length - letter.length);
        int before = 0;
        while (before < around && wrapped[before] != letter[0]) {
            before++;
        }
        int[] written = last(tokens, around);
        int[] after = Arrays.copyOfRange(wrapped, before + letter.length, wrapped.length);
        return of(Stream.of(Arrays.copyOf(wrapped, before), written, after)
                .flatMapToInt(IntStream::of)
                .toArray());
    }

    int[] of(int[] tokens) {
        return last(tokens, 0);
    }

    /// @param around that stand beside them
    private int[] last(int[] tokens, int around) {
        if (tokens.length <= most.orElse(Integer.MAX_VALUE) - around) {
            return tokens;
        }
        return Arrays.copyOfRange(tokens, tokens.length - Math.clamp(kept - around, 0, tokens.length), tokens.length);
    }
}
