package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import io.autoglm.inference.grammar.Element.Repeat;
import io.autoglm.inference.grammar.Element.Rule;
import io.autoglm.inference.text.ToolSchemas;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The arguments of one tool as keys and values between tags. Those that the schema names come in its
/// order, the optional ones each written or not; others only where it names none.
final class ArgumentPairs {

    private static final int LONGEST_KEY = 256;

    private static final ByteSet KEY = ByteSet.range('!', '~').without("<>");

    private final JsonSchemaRules schema;
    private final JsonRules json;
    private final GrammarBuilder grammar;
    private final BareText text;
    private final ToolSchemas read;
    private final String tool;
    private final String keyEnd;
    private final String valueEnd;

    /// Behind the name of the tool, between key and value, and behind the tag that ends a value.
    private final Rule none;

    private final Rule first;
    private final Rule middle;
    private final Rule next;
    private final Rule end;

    /// @param written of what comes behind the name, characters that are there already
    /// @param read    how the reader of calls takes a value
    ArgumentPairs(
            CallMarkup.Pairs markup,
            int written,
            JsonSchemaRules schema,
            JsonRules json,
            BareText text,
            ToolSchemas read,
            String tool) {
        this.schema = schema;
        this.json = json;
        this.grammar = json.grammar;
        this.text = text;
        this.read = read;
        this.tool = tool;
        this.keyEnd = markup.keyEnd();
        this.valueEnd = markup.valueEnd();
        this.none = grammar.sequence(markup.none().substring(written));
        this.first = grammar.sequence(markup.first().substring(written));
        this.middle = grammar.sequence(markup.middle());
        this.next = behindValue(markup.next());
        this.end = behindValue(markup.end());
    }

    /// The tag that ends a value is part of it.
    private Rule behindValue(String text) {
        return grammar.sequence(text.substring(valueEnd.length()));
    }

    Rule all() {
        return object(schema.objects(), "", 1);
    }

    private Rule object(Flat flat, String path, int depth) {
        if (depth > Schemas.DEEPEST) {
            throw Keywords.refusal(path, "is nested deeper than " + Schemas.DEEPEST);
        }
        if (flat.choices.isEmpty()) {
            return members(flat, path);
        }
        Rule any = grammar.rule();
        for (Flat option : schema.options(flat, path)) {
            grammar.or(any, object(option, path, depth + 1));
        }
        return any;
    }

    private Rule members(Flat flat, String path) {
        if (flat.isFinite()) {
            throw Keywords.refusal(path, "lists whole arguments, which is not supported");
        }
        Map<String, JsonNode> declared = schema.declared(flat, path);
        if (!flat.kinds().contains(Kind.OBJECT)) {
            return grammar.rule();
        }
        if (declared.isEmpty()) {
            return flat.open() ? others(flat, path) : none;
        }
        Set<String> required = flat.required();
        List<String> names = List.copyOf(declared.keySet());
        List<Rule> unwritten = new ArrayList<>();
        List<Rule> further = new ArrayList<>();
        for (int i = 0; i <= names.size(); i++) {
            unwritten.add(grammar.rule());
            further.add(grammar.rule());
        }
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (!required.contains(name)) {
                grammar.or(unwritten.get(i), unwritten.get(i + 1));
                grammar.or(further.get(i), further.get(i + 1));
            }
            if (isKey(name)) {
                Rule pair = grammar.sequence(
                        name,
                        middle,
                        value(
                                name,
                                declared.getOrDefault(name, BooleanNode.TRUE),
                                Keywords.step(path + "/properties", name)),
                        further.get(i + 1));
                either(unwritten.get(i), further.get(i), pair);
            }
        }
        end(unwritten.getLast(), further.getLast());
        return unwritten.getFirst();
    }

    private void either(Rule unwritten, Rule further, Rule pair) {
        grammar.or(unwritten, first, pair);
        grammar.or(further, next, pair);
    }

    private void end(Rule unwritten, Rule further) {
        grammar.or(unwritten, none);
        grammar.or(further, end);
    }

    private boolean isKey(String name) {
        return !name.isBlank()
                && name.equals(name.strip())
                && name.length() <= LONGEST_KEY
                && !name.contains(keyEnd)
                && JsonRules.canSpell(name);
    }

    private Rule value(String name, JsonNode asked, String path) {
        return new ArgumentValue(schema, grammar, text, valueEnd, read, tool, name).of(asked, path);
    }

    /// Any keys. The reader takes a value whose type it does not know for JSON, where it is any.
    private Rule others(Flat flat, String path) {
        JsonNode additional = flat.plain.path("additionalProperties");
        Rule value = additional.isObject() ? schema.value(additional, path + "/additionalProperties", 1) : json.value;
        Rule character = grammar.anyOf(KEY);
        Utf8.LONG.forEach(bytes -> grammar.or(character, bytes));
        Repeat key = grammar.repeat(1, LONGEST_KEY, character);
        Rule unwritten = grammar.rule();
        Rule further = grammar.rule();
        either(unwritten, further, grammar.sequence(key, middle, value, valueEnd, further));
        end(unwritten, further);
        return unwritten;
    }
}
