package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.sampling.InvalidParameterException;
import io.autoglm.inference.sampling.TokenConstraint;
import io.autoglm.inference.text.TokenBytes;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes the constraint that `response_format` asks for. One for each model; safe for concurrent use.
public final class AnswerFormat {

    private static final String PARAM = "response_format";
    private static final int KEPT_SCHEMAS = 32;

    private final TokenBytes tokens;
    private final TokenTrie trie;
    private final int[] endTokens;
    private final boolean spells;
    private final Grammar anyObject;

    /// Compiled schemas, by the schema's text, the least recently used going first.
    private final Map<String, Grammar> schemas = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Grammar> eldest) {
            return size() > KEPT_SCHEMAS;
        }
    };

    /// @param endTokens tokens that end an answer, one at least
    public AnswerFormat(TokenBytes tokens, Collection<Integer> endTokens) {
        this.tokens = tokens;
        this.trie = new TokenTrie(tokens);
        this.endTokens = endTokens.stream().mapToInt(Integer::intValue).toArray();
        JsonRules json = new JsonRules();
        this.anyObject = json.grammar.build(json.grammar.sequence(json.space, json.object));
        this.spells = trie.spells("{}[]\":,0123456789-truefalsn\\");
    }

    /// @param responseFormat `response_format` of the request; null or missing where it has none
    /// @return null where any text will do
    /// @throws InvalidParameterException naming `response_format`, and what of the schema is not supported
    public @Nullable TokenConstraint constraint(@Nullable JsonNode responseFormat) {
        if (responseFormat == null || responseFormat.isMissingNode() || responseFormat.isNull()) {
            return null;
        }
        return switch (responseFormat.path("type").asText()) {
            case "text" -> null;
            case "json_object" -> constraint(anyObject);
            case "json_schema" -> constraint(schema(responseFormat.path("json_schema")));
            default ->
                throw new InvalidParameterException(
                        PARAM, "response_format must have the type text, json_object or json_schema");
        };
    }

    private TokenConstraint constraint(Grammar grammar) {
        if (!spells || endTokens.length == 0) {
            throw new InvalidParameterException(PARAM, "this model's vocabulary cannot spell JSON byte by byte");
        }
        return new GrammarConstraint(grammar, trie, tokens, endTokens);
    }

    private Grammar schema(JsonNode asked) {
        JsonNode schema = asked.path("schema");
        if (!schema.isObject()) {
            throw new InvalidParameterException(PARAM, "response_format.json_schema.schema must be an object");
        }
        boolean strict = asked.path("strict").asBoolean(false);
        String key = strict + schema.toString();
        synchronized (schemas) {
            Grammar known = schemas.get(key);
            if (known != null) {
                return known;
            }
        }
        Grammar compiled = JsonSchemaRules.compile(schema, strict);
        synchronized (schemas) {
            schemas.put(key, compiled);
        }
        return compiled;
    }
}
