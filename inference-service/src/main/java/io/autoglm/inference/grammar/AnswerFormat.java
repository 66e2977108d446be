package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.sampling.InvalidParameterException;
import io.autoglm.inference.sampling.TokenConstraint;
import io.autoglm.inference.text.TokenBytes;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// Makes the constraint that `response_format` asks for. One for each model; safe for concurrent use.
public final class AnswerFormat {

    private static final String PARAM = Keywords.PARAM;
    private static final long MOST_BYTES = 64 << 20;

    private final Vocabulary vocabulary;
    private final int[] endTokens;
    private final boolean spells;
    private final Grammar anyObject;
    private final KeptGrammars kept = new KeptGrammars(MOST_BYTES);

    /// @param endTokens tokens that end an answer, one at least
    public AnswerFormat(TokenBytes tokens, Collection<Integer> endTokens) {
        this.vocabulary = new Vocabulary(tokens);
        this.endTokens = endTokens.stream().mapToInt(Integer::intValue).toArray();
        JsonRules json = new JsonRules();
        var answer = json.grammar.sequence(json.space, json.object);
        this.anyObject = new Grammar(json.grammar.build(), answer);
        this.spells = vocabulary.spells(JsonRules.BYTES);
    }

    /// For an answer of any length.
    ///
    /// @param responseFormat `response_format` of the request; null or missing where it has none
    /// @return null where any text will do
    /// @throws InvalidParameterException naming `response_format`, and what of the schema is not supported
    public @Nullable TokenConstraint constraint(@Nullable JsonNode responseFormat) {
        return constraint(responseFormat, Integer.MAX_VALUE);
    }

    /// For an answer of at most `answerTokens`, its end included.
    ///
    /// @throws InvalidParameterException also naming `max_tokens`, where not even the shortest answer has room
    public @Nullable TokenConstraint constraint(@Nullable JsonNode responseFormat, int answerTokens) {
        Grammar grammar = grammar(responseFormat);
        if (grammar == null) {
            return null;
        }
        checkRoom(grammar, answerTokens);
        return new GrammarConstraint(grammar, vocabulary, endTokens, null);
    }

    /// For an answer that begins with free text, such as a model's reasoning. The form holds from the marker on.
    ///
    /// @param marker the first that follows the text (`</think>`), not empty; a control token or spelled
    /// @throws InvalidParameterException as above
    public @Nullable TokenConstraint constraintAfter(
            String marker, @Nullable JsonNode responseFormat, int answerTokens) {
        Grammar grammar = grammar(responseFormat);
        if (grammar == null) {
            return null;
        }
        byte[] bytes = marker.getBytes(StandardCharsets.UTF_8);
        int[] marks = vocabulary.marks(bytes);
        checkRoom(grammar, answerTokens - (marks.length > 0 ? 1 : vocabulary.tokens(bytes)));
        Grammar text = kept.get("until " + marker, () -> FreeText.until(bytes));
        return new GrammarConstraint(grammar, vocabulary, endTokens, new GrammarConstraint.Preface(text, marks));
    }

    private @Nullable Grammar grammar(@Nullable JsonNode responseFormat) {
        if (responseFormat == null || responseFormat.isMissingNode() || responseFormat.isNull()) {
            return null;
        }
        Grammar grammar = switch (responseFormat.path("type").asText()) {
            case "text" -> null;
            case "json_object" -> anyObject;
            case "json_schema" -> schema(responseFormat.path("json_schema"));
            default ->
                throw new InvalidParameterException(
                        PARAM, "response_format must have the type text, json_object or json_schema");
        };
        if (grammar != null && (!spells || endTokens.length == 0)) {
            throw new InvalidParameterException(PARAM, "this model's vocabulary cannot spell JSON byte by byte");
        }
        return grammar;
    }

    private Grammar schema(JsonNode asked) {
        JsonNode schema = asked.path("schema");
        if (!schema.isObject()) {
            throw new InvalidParameterException(PARAM, "response_format.json_schema.schema must be an object");
        }
        JsonNode strict = asked.path("strict");
        if (!strict.isMissingNode() && !strict.isNull() && !strict.isBoolean()) {
            throw new InvalidParameterException(PARAM, "response_format.json_schema.strict must be a boolean");
        }
        return kept.get(schema.toString(), () -> JsonSchemaRules.compile(schema));
    }

    private void checkRoom(Grammar grammar, int answerTokens) {
        int bytes = grammar.shortestAnswer();
        if (bytes < answerTokens) {
            return;
        }
        byte[] way = grammar.shortestWay(grammar.start());
        int tokens = way == null ? bytes : vocabulary.tokens(way);
        if (tokens >= answerTokens) {
            throw new InvalidParameterException(
                    "max_tokens",
                    "the shortest answer that response_format allows has " + bytes + " bytes and needs " + (tokens + 1)
                            + " tokens, its end included, but the answer may have " + Math.max(0, answerTokens));
        }
    }
}
