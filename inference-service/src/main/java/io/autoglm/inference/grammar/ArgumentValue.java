package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.autoglm.inference.grammar.Element.Rule;
import io.autoglm.inference.text.ToolSchemas;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The value of one argument between tags, up to and with the tag that ends it: strings as they are,
/// anything else as JSON. What the reader of calls would take for something else than what is meant is
/// not written.
final class ArgumentValue {

    private final JsonSchemaRules schema;
    private final GrammarBuilder grammar;
    private final ToolSchemas read;
    private final String tool;
    private final String name;
    private final Set<String> types;
    private final BareText text;
    private final String end;

    /// @param end  of a value
    /// @param read how the reader of calls takes a value
    ArgumentValue(
            JsonSchemaRules schema,
            GrammarBuilder grammar,
            BareText text,
            String end,
            ToolSchemas read,
            String tool,
            String name) {
        this.end = end;
        this.schema = schema;
        this.grammar = grammar;
        this.text = text;
        this.read = read;
        this.tool = tool;
        this.name = name;
        this.types = read.types(tool, name);
    }

    Rule of(JsonNode asked, String path) {
        if (types.isEmpty()) {
            return grammar.sequence(schema.value(asked, path, 1), end);
        }
        Flat flat = schema.flat(asked, path);
        Set<String> asJson = new HashSet<>(types);
        if (!types.contains("string")) {
            asJson.addAll(List.of("string", "null"));
            return grammar.sequence(schema.rule(flat.only(asJson), path, 1), end);
        }
        asJson.remove("string");
        Rule any = grammar.rule();
        if (!asJson.isEmpty()) {
            grammar.or(any, schema.rule(flat.only(asJson), path, 1), end);
        }
        strings(flat.only(List.of("string")), path, any, 1);
        return any;
    }

    private void strings(Flat flat, String path, Rule any, int depth) {
        if (depth > Schemas.DEEPEST) {
            throw Keywords.refusal(path, "is nested deeper than " + Schemas.DEEPEST);
        }
        if (!flat.choices.isEmpty()) {
            schema.options(flat, path).forEach(option -> strings(option, path, any, depth + 1));
        } else if (flat.isFinite()) {
            List<String> texts = flat.values().stream()
                    .filter(JsonNode::isTextual)
                    .map(JsonNode::textValue)
                    .filter(this::isReadAsItIs)
                    .toList();
            if (!texts.isEmpty()) {
                grammar.or(any, grammar.oneOf(texts), end);
            }
        } else if (flat.kinds().contains(Kind.STRING)) {
            JsonSchemaRules.Bounds length = JsonSchemaRules.bounds(flat, "minLength", "maxLength", path);
            if (length.isNone()) {
                grammar.or(any, text.any(types));
            } else {
                text.bounded(any, types, length.least(), length.most());
            }
        }
    }

    private boolean isReadAsItIs(String string) {
        return !string.contains(end.strip())
                && JsonRules.canSpell(string)
                && read.value(tool, name, string)
                        .equals(TextNode.valueOf(string).toString());
    }
}
