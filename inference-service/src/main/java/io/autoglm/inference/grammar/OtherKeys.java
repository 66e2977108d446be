package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.node.TextNode;
import io.autoglm.inference.grammar.Element.Rule;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A string that is none of some keys: for the additional properties of an object, which must not repeat those
/// that it declares. Every character has one spelling here (no four-digit escape, no escaped slash), or a key
/// could come in another one.
final class OtherKeys {

    private static final List<ByteSet> ESCAPED = List.of(ByteSet.of("\\"), ByteSet.of("\"\\bfnrt"));

    /// Between two characters; in the middle of one, the bytes that are still missing.
    private static final List<ByteSet> START = List.of();

    private record Step(ByteSet bytes, List<ByteSet> missing) {}

    private final GrammarBuilder grammar;
    private final byte[][] keys;

    /// The steps that begin a character.
    private final List<Step> first;

    /// Any characters and the closing quote, from a place in a character on.
    private final Map<List<ByteSet>, Rule> free = new HashMap<>();

    private OtherKeys(JsonRules json, byte[][] keys) {
        this.grammar = json.grammar;
        this.keys = keys;
        this.first = Stream.concat(Stream.of(List.of(json.plain), ESCAPED), Utf8.LONG.stream())
                .map(OtherKeys::step)
                .toList();
    }

    static Rule than(Collection<String> keys, JsonRules json) {
        byte[][] spelled = keys.stream()
                .map(OtherKeys::spelled)
                .sorted(Arrays::compareUnsigned)
                .toArray(byte[][]::new);
        OtherKeys others = new OtherKeys(json, spelled);
        return json.grammar.sequence("\"", others.rest(0, spelled.length, 0, START));
    }

    private static byte[] spelled(String key) {
        String quoted = TextNode.valueOf(key).toString();
        return quoted.substring(1, quoted.length() - 1).getBytes(StandardCharsets.UTF_8);
    }

    private static Step step(List<ByteSet> bytes) {
        return new Step(bytes.getFirst(), bytes.subList(1, bytes.size()));
    }

    private List<Step> steps(List<ByteSet> missing) {
        return missing.isEmpty() ? first : List.of(step(missing));
    }

    private Rule free(List<ByteSet> missing) {
        Rule known = free.get(missing);
        if (known != null) {
            return known;
        }
        Rule rule = grammar.rule();
        free.put(missing, rule);
        steps(missing).forEach(step -> grammar.or(rule, step.bytes, free(step.missing)));
        if (missing.isEmpty()) {
            grammar.or(rule, "\"");
        }
        return rule;
    }

    /// Keys `[from, to)` are what was written so far, and go on.
    private Rule rest(int from, int to, int depth, List<ByteSet> missing) {
        Rule rule = grammar.rule();
        int next = from;
        if (next < to && keys[next].length == depth) {
            next++;
        } else if (missing.isEmpty()) {
            grammar.or(rule, "\"");
        }
        ByteSet onKey = ByteSet.NONE;
        while (next < to) {
            int value = keys[next][depth] & 0xff;
            int end = next + 1;
            while (end < to && (keys[end][depth] & 0xff) == value) {
                end++;
            }
            onKey = onKey.with(value, value);
            for (Step step : steps(missing)) {
                if (step.bytes.has(value)) {
                    grammar.or(rule, ByteSet.range(value, value), rest(next, end, depth + 1, step.missing));
                }
            }
            next = end;
        }
        for (Step step : steps(missing)) {
            ByteSet off = step.bytes.without(onKey);
            if (!off.isEmpty()) {
                grammar.or(rule, off, free(step.missing));
            }
        }
        return rule;
    }
}
