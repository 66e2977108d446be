package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.ServingModel;
import io.autoglm.protocol.Resumption;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// A streamed answer that another instance began and that goes on here, see {@link Resumption}. Its tokens
/// are read behind the prompt, count for penalties, form and limits, and are not told again. What follows is
/// what would have followed there: a draw depends on nothing but the seed and its position.
///
/// @param id      of the answer, as its client knows it
/// @param created seconds since the epoch, as the client knows it
/// @param tokens  what was said, from the first token on; may be empty
record Resume(String id, long created, List<Integer> tokens) {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");

    /// @throws RefusedException naming the field that is wrong
    static Optional<Resume> read(Fields request, ServingModel model) {
        return request.object(Resumption.FIELD).map(fields -> {
            String id = fields.requiredText("id");
            if (!ID.matcher(id).matches()) {
                throw fields.wrong("id", "must be the id of an answer");
            }
            JsonNode created = fields.node("created");
            if (!created.isIntegralNumber() || !created.canConvertToLong() || created.longValue() < 0) {
                throw fields.wrong("created", "must be seconds since the epoch");
            }
            JsonNode tokens = fields.node("tokens");
            if (!tokens.isArray() || tokens.size() > model.maxTokens()) {
                throw fields.wrong("tokens", "must be a list of at most " + model.maxTokens() + " token ids");
            }
            int[] said = Prompt.tokenIds(fields, "tokens", tokens, model);
            return new Resume(
                    id, created.longValue(), IntStream.of(said).boxed().toList());
        });
    }

    int[] said() {
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    /// The prompt and what was said behind it.
    int[] behind(int[] prompt) {
        return IntStream.concat(IntStream.of(prompt), IntStream.of(said())).toArray();
    }
}
