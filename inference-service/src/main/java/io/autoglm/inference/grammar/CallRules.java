package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.grammar.Element.Rule;
import io.autoglm.inference.sampling.InvalidParameterException;
import io.autoglm.inference.text.ToolSchemas;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One call of a tool as rules: its name, and arguments that are valid for its `parameters`.
///
/// A schema that is not kept as it stands ([Keywords]) is loosened ([LooseSchema]), and if that is not
/// enough any object will do; but where the tool says `strict`, it is refused.
final class CallRules {

    /// What readers of calls take for a name.
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{Nd}_.:/-]{1,256}");

    private static final ObjectNode ANYTHING = JsonNodeFactory.instance.objectNode();

    private final CallMarkup markup;
    private final JsonRules json;
    private final BareText text;
    private final ToolSchemas read;

    /// Of [CallMarkup#beginning], what is written already.
    private final int written;

    private CallRules(CallMarkup markup, ToolSchemas read, int written) {
        this.markup = markup;
        this.read = read;
        this.written = written;
        this.json = new JsonRules(markup instanceof CallMarkup.Pairs ? "<" : "");
        String valueEnd = markup instanceof CallMarkup.Pairs pairs ? pairs.valueEnd() : "</arg_value>";
        this.text = new BareText(valueEnd, json.grammar);
    }

    /// @param tools  OpenAI's `tools`
    /// @param chosen the one to call, whose name and [CallMarkup#certain] are written already; null for
    ///               any, from its name on
    /// @throws InvalidParameterException naming what of the tools cannot be kept
    static Grammar compile(CallMarkup markup, JsonNode tools, @Nullable String chosen) {
        try {
            return compile(markup, tools, chosen, false);
        } catch (InvalidParameterException e) {
            if (tools.valueStream()
                    .map(tool -> tool.path("function"))
                    .anyMatch(function -> isStrict(function) && isCalled(function, chosen))) {
                throw e.param().equals(Keywords.PARAM) ? Keywords.elsewhere("tools", e) : e;
            }
            return compile(markup, tools, chosen, true);
        }
    }

    private static boolean isCalled(JsonNode function, @Nullable String chosen) {
        String name = function.path("name").asText();
        return NAME.matcher(name).matches() && (chosen == null || chosen.equals(name));
    }

    private static boolean isStrict(JsonNode function) {
        return function.path("strict").asBoolean();
    }

    /// @param loosest any object will do for every tool
    private static Grammar compile(CallMarkup markup, JsonNode tools, @Nullable String chosen, boolean loosest) {
        int written = chosen == null ? 0 : markup.certain().length();
        CallRules rules = new CallRules(markup, new ToolSchemas(tools), written);
        Map<String, Rule> calls = new LinkedHashMap<>();
        for (int i = 0; i < tools.size(); i++) {
            JsonNode function = tools.get(i).path("function");
            String name = function.path("name").asText();
            if (isCalled(function, chosen)) {
                JsonNode parameters = function.path("parameters");
                calls.put(
                        name,
                        loosest || !parameters.isObject()
                                ? rules.arguments(name, ANYTHING)
                                : rules.arguments(name, function, "tools[" + i + "].function.parameters"));
            }
        }
        GrammarBuilder grammar = rules.json.grammar;
        Rule call = chosen == null
                ? grammar.oneOf(calls)
                : grammar.anyOf(calls.values().toArray());
        Grammar compiled = new Grammar(grammar.build(), call);
        if (compiled.shortestAnswer() >= Rules.ENDLESS) {
            throw new InvalidParameterException(
                    "tool_choice",
                    "tool_choice: there is no call of " + (chosen == null ? "a tool" : "this tool")
                            + " whose name and arguments can be written");
        }
        return compiled;
    }

    private Rule arguments(String tool, JsonNode function, String field) {
        JsonNode schema = function.path("parameters");
        try {
            return arguments(tool, schema);
        } catch (InvalidParameterException e) {
            if (isStrict(function)) {
                throw Keywords.elsewhere(field, e);
            }
        }
        try {
            return arguments(tool, LooseSchema.of(schema));
        } catch (InvalidParameterException e) {
            return arguments(tool, ANYTHING);
        }
    }

    private Rule arguments(String tool, JsonNode schema) {
        JsonSchemaRules rules = new JsonSchemaRules(schema, json);
        return switch (markup) {
            case CallMarkup.Json(String before, String end) ->
                json.grammar.sequence(before.substring(written), rules.rule(rules.objects(), "", 1), end);
            case CallMarkup.Pairs pairs -> new ArgumentPairs(pairs, written, rules, json, text, read, tool).all();
        };
    }
}
