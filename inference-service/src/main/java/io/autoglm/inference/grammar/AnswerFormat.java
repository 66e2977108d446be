package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import io.autoglm.inference.sampling.InvalidParameterException;
import io.autoglm.inference.text.TokenBytes;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes the form that `response_format` or a [Guide] asks for, or a call that must be made. One for each
/// model; safe for concurrent use.
public final class AnswerFormat {

    private static final String PARAM = Keywords.PARAM;
    private static final long MOST_BYTES = 64 << 20;

    private final Vocabulary vocabulary;
    private final Vocabulary marked;
    private final int[] endTokens;
    private final boolean spells;
    private final Preface reasoning;
    private final Grammar anyObject;
    private final KeptGrammars kept = new KeptGrammars(MOST_BYTES);

    /// @param endTokens    tokens that end an answer, one at least
    /// @param reasoningEnd what ends the model's reasoning; a control token or spelled
    public AnswerFormat(TokenBytes tokens, Collection<Integer> endTokens, String reasoningEnd) {
        this.vocabulary = new Vocabulary(tokens);
        this.marked = vocabulary.withMarks();
        this.endTokens = endTokens.stream().mapToInt(Integer::intValue).toArray();
        this.reasoning = new Preface(reasoningEnd.getBytes(StandardCharsets.UTF_8), vocabulary);
        JsonRules json = new JsonRules();
        var answer = json.grammar.sequence(json.space, json.object);
        this.anyObject = new Grammar(json.grammar.build(), answer);
        this.spells = vocabulary.spells(JsonRules.BYTES);
    }

    /// @param responseFormat `response_format` of the request; null or missing where it has none
    /// @return null where any text will do
    /// @throws InvalidParameterException naming `response_format`, and what of the schema is not supported
    public @Nullable AnswerForm form(@Nullable JsonNode responseFormat) {
        Grammar grammar = grammar(responseFormat);
        if (grammar == null) {
            return null;
        }
        if (!spells || endTokens.length == 0) {
            throw new InvalidParameterException(PARAM, "this model's vocabulary cannot spell JSON byte by byte");
        }
        return new AnswerForm(PARAM, grammar, vocabulary, endTokens, reasoning);
    }

    /// @param field of the request that asks for it
    /// @throws InvalidParameterException naming `field`, and what of it cannot be kept
    public AnswerForm form(Guide guide, String field) {
        Grammar grammar;
        try {
            grammar = grammar(guide);
        } catch (Malformed e) {
            throw new InvalidParameterException(field, field + " " + e.why());
        } catch (InvalidParameterException e) {
            InvalidParameterException here = e.param().equals(PARAM) ? Keywords.elsewhere(field, e) : e;
            boolean schema = guide instanceof Guide.Json;
            throw schema
                    ? here
                    : new InvalidParameterException(
                            field, String.valueOf(here.getMessage()).replace(": the schema at #", ""));
        }
        if (endTokens.length == 0 || !vocabulary.spells(grammar.written())) {
            throw new InvalidParameterException(
                    field, field + ": this model's vocabulary cannot spell it byte by byte");
        }
        return new AnswerForm(field, grammar, vocabulary, endTokens, reasoning);
    }

    private Grammar grammar(Guide guide) {
        return switch (guide) {
            case Guide.JsonObject() -> anyObject;
            case Guide.Json(JsonNode schema) -> kept.get(schema.toString(), () -> JsonSchemaRules.compile(schema));
            case Guide.Regex(String regex) ->
                kept.get(
                        "regex " + regex,
                        () -> ExpressionRules.compile(
                                Map.of(GbnfParser.ROOT, RegexParser.parse(regex)), GbnfParser.ROOT));
            case Guide.Gbnf(String text) ->
                kept.get("gbnf " + text, () -> ExpressionRules.compile(GbnfParser.parse(text), GbnfParser.ROOT));
            case Guide.Choice(List<String> texts) ->
                kept.get("choice " + quoted(texts), () -> {
                    if (!texts.stream().allMatch(StandardCharsets.UTF_8.newEncoder()::canEncode)) {
                        throw new Malformed("has a string with half a surrogate pair");
                    }
                    GrammarBuilder builder = new GrammarBuilder();
                    Element.Rule one = builder.oneOf(texts);
                    return new Grammar(builder.build(), one);
                });
        };
    }

    private static String quoted(List<String> texts) {
        return JsonNodeFactory.instance
                .arrayNode()
                .addAll(texts.stream().map(TextNode::valueOf).toList())
                .toString();
    }

    /// One call of a tool and nothing else.
    ///
    /// @param tools  OpenAI's `tools`
    /// @param chosen the one to call, whose name and [CallMarkup#certain] are in the prompt; null for
    ///               any, the answer begins with its name
    /// @throws InvalidParameterException naming the tool that cannot be called so
    public AnswerForm call(CallMarkup markup, JsonNode tools, @Nullable String chosen) {
        if (!spells || endTokens.length == 0) {
            throw new InvalidParameterException(
                    "tool_choice", "tool_choice: this model's vocabulary cannot spell a call byte by byte");
        }
        Grammar grammar = kept.get("call " + chosen + markup + tools, () -> CallRules.compile(markup, tools, chosen));
        return new AnswerForm("tool_choice", grammar, marked, endTokens, reasoning);
    }

    private @Nullable Grammar grammar(@Nullable JsonNode responseFormat) {
        if (responseFormat == null || responseFormat.isMissingNode() || responseFormat.isNull()) {
            return null;
        }
        return switch (responseFormat.path("type").asText()) {
            case "text" -> null;
            case "json_object" -> anyObject;
            case "json_schema" -> schema(responseFormat.path("json_schema"));
            default ->
                throw new InvalidParameterException(
                        PARAM, "response_format must have the type text, json_object or json_schema");
        };
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
}
