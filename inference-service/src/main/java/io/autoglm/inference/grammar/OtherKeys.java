package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.node.TextNode;
import io.autoglm.inference.grammar.Element.Rule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A string that is none of some keys: for the additional properties of an object, which must not repeat those
/// that it declares. Every character has one spelling here (no four-digit escape, no escaped slash), or a key
/// could come in another one.
final class OtherKeys {

    /// Where in a character the bytes are.
    private enum At {
        START,
        ESCAPE,
        TAIL_1,
        TAIL_2,
        TAIL_3,
        AFTER_E0,
        AFTER_ED,
        AFTER_F0,
        AFTER_F4
    }

    private record Step(ByteSet bytes, At to) {}

    /// The bytes of UTF-8 (RFC 3629, section 4) in a JSON string.
    private static final Map<At, List<Step>> STEPS = steps();

    private final GrammarBuilder grammar;
    private final byte[][] keys;

    /// Any characters and the closing quote, from a place in a character on.
    private final Map<At, Rule> free = new EnumMap<>(At.class);

    private OtherKeys(GrammarBuilder grammar, byte[][] keys) {
        this.grammar = grammar;
        this.keys = keys;
        for (At at : At.values()) {
            free.put(at, grammar.rule());
        }
        free.forEach((at, rule) -> {
            STEPS.getOrDefault(at, List.of()).forEach(step -> grammar.or(rule, step.bytes, free(step.to)));
            if (at == At.START) {
                grammar.or(rule, "\"");
            }
        });
    }

    static Rule than(Collection<String> keys, GrammarBuilder grammar) {
        byte[][] spelled = keys.stream()
                .map(OtherKeys::spelled)
                .sorted(Arrays::compareUnsigned)
                .toArray(byte[][]::new);
        OtherKeys others = new OtherKeys(grammar, spelled);
        return grammar.sequence("\"", others.rest(0, spelled.length, 0, At.START));
    }

    private static byte[] spelled(String key) {
        String quoted = TextNode.valueOf(key).toString();
        return quoted.substring(1, quoted.length() - 1).getBytes(StandardCharsets.UTF_8);
    }

    private Rule free(At at) {
        return Objects.requireNonNull(free.get(at));
    }

    /// Keys `[from, to)` are what was written so far, and go on.
    private Rule rest(int from, int to, int depth, At at) {
        Rule rule = grammar.rule();
        int next = from;
        if (next < to && keys[next].length == depth) {
            next++;
        } else if (at == At.START) {
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
            for (Step step : STEPS.getOrDefault(at, List.of())) {
                if (step.bytes.has(value)) {
                    grammar.or(rule, ByteSet.range(value, value), rest(next, end, depth + 1, step.to));
                }
            }
            next = end;
        }
        for (Step step : STEPS.getOrDefault(at, List.of())) {
            ByteSet off = step.bytes.without(onKey);
            if (!off.isEmpty()) {
                grammar.or(rule, off, free(step.to));
            }
        }
        return rule;
    }

    private static Map<At, List<Step>> steps() {
        Map<At, List<Step>> steps = new EnumMap<>(At.class);
        add(steps, At.START, ByteSet.range(' ', '~').without("\"\\"), At.START);
        add(steps, At.START, ByteSet.of("\\"), At.ESCAPE);
        add(steps, At.ESCAPE, ByteSet.of("\"\\bfnrt"), At.START);
        add(steps, At.START, ByteSet.range(0xc2, 0xdf), At.TAIL_1);
        add(steps, At.START, ByteSet.range(0xe0, 0xe0), At.AFTER_E0);
        add(steps, At.START, ByteSet.range(0xe1, 0xec).with(0xee, 0xef), At.TAIL_2);
        add(steps, At.START, ByteSet.range(0xed, 0xed), At.AFTER_ED);
        add(steps, At.START, ByteSet.range(0xf0, 0xf0), At.AFTER_F0);
        add(steps, At.START, ByteSet.range(0xf1, 0xf3), At.TAIL_3);
        add(steps, At.START, ByteSet.range(0xf4, 0xf4), At.AFTER_F4);
        add(steps, At.TAIL_1, ByteSet.range(0x80, 0xbf), At.START);
        add(steps, At.TAIL_2, ByteSet.range(0x80, 0xbf), At.TAIL_1);
        add(steps, At.TAIL_3, ByteSet.range(0x80, 0xbf), At.TAIL_2);
        add(steps, At.AFTER_E0, ByteSet.range(0xa0, 0xbf), At.TAIL_1);
        add(steps, At.AFTER_ED, ByteSet.range(0x80, 0x9f), At.TAIL_1);
        add(steps, At.AFTER_F0, ByteSet.range(0x90, 0xbf), At.TAIL_2);
        add(steps, At.AFTER_F4, ByteSet.range(0x80, 0x8f), At.TAIL_2);
        return steps;
    }

    private static void add(Map<At, List<Step>> steps, At from, ByteSet bytes, At to) {
        steps.computeIfAbsent(from, at -> new ArrayList<>()).add(new Step(bytes, to));
    }
}
