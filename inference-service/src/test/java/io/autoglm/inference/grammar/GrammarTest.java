package io.autoglm.inference.grammar;

import static io.autoglm.inference.grammar.Answers.TOKENS;
import static io.autoglm.inference.grammar.Answers.has;
import static io.autoglm.inference.grammar.Answers.jsonObject;
import static io.autoglm.inference.grammar.Answers.read;
import static io.autoglm.inference.grammar.Answers.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.inference.grammar.Element.Repeat;
import io.autoglm.inference.grammar.Element.Rule;
import io.autoglm.inference.sampling.InvalidParameterException;
import io.autoglm.inference.sampling.TokenConstraint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GrammarTest {

    private static final Vocabulary VOCABULARY = new Vocabulary(TOKENS);

    @Test
    void a_thousand_optional_properties_need_no_deep_stack() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        TokenConstraint constraint = schema(Schemata.optional(1000));
        Thread narrow = new Thread(
                null,
                () -> {
                    long[] mask = new long[(TOKENS.size() + 63) / 64];
                    for (byte value : "{\"property_7\":1,\"property_999\":2}".getBytes(StandardCharsets.UTF_8)) {
                        constraint.allow(mask, 100);
                        assertThat(has(mask, value)).isTrue();
                        constraint.accept(value);
                    }
                },
                "narrow",
                192 << 10);
        narrow.setUncaughtExceptionHandler((thread, e) -> failure.set(e));

        narrow.start();
        narrow.join();

        assertThat(failure.get()).isNull();
    }

    /// The way down is shortest where brackets open; each has to be closed again.
    @Test
    void however_deep_an_answer_goes_it_can_be_ended() {
        for (String descent : new String[] {"[", "{\"a\":", "[[1,2,[3,{\"b\":[true,"}) {
            TokenConstraint constraint = jsonObject();
            StringBuilder answer = new StringBuilder();
            write("{\"a\":", constraint, answer);
            int levels = 0;
            while (writes(descent, constraint, answer)) {
                levels++;
            }

            Answers.sample(constraint, 1000, answer, new Random(3));

            assertThat(levels).isGreaterThan(20);
            assertThat(read(answer.toString()).isObject()).isTrue();
        }
    }

    /// n brackets can be read in 2^n ways, or 4^n.
    @Test
    void an_answer_that_can_be_read_in_ever_more_ways_goes_no_deeper_but_ends() {
        String list = "{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}";
        String others = IntStream.range(1, 4)
                .mapToObj(i -> list.replace("}}", "},\"maxItems\":" + 10 * i + "}"))
                .collect(Collectors.joining(","));
        for (String ways : List.of(list + "," + others.substring(0, others.indexOf("},{") + 1), list + "," + others)) {
            TokenConstraint constraint = schema("{\"anyOf\":[" + ways + "]}");
            StringBuilder answer = new StringBuilder();
            while (answer.length() < 50 && writes("[", constraint, answer)) {}
            int levels = answer.length();

            Answers.sample(constraint, 1000, answer, new Random(3));

            assertThat(levels).isBetween(3, 15);
            assertThat(read(answer.toString()).isArray()).isTrue();
        }
    }

    @Test
    void an_answer_that_can_only_go_on_in_too_many_ways_is_refused_on_the_way() {
        String next = "{\"type\":\"array\",\"minItems\":1,\"maxItems\":MOST,\"items\":{\"$ref\":\"#/$defs/NEXT\"}}";
        String levels = IntStream.range(0, 18)
                .mapToObj(i -> "\"" + i + "\":{\"anyOf\":["
                        + next.replace("MOST", "1").replace("NEXT", "" + (i + 1)) + ","
                        + next.replace("MOST", "2").replace("NEXT", "" + (i + 1)) + "]}")
                .collect(Collectors.joining(","));
        TokenConstraint constraint =
                schema("{\"$ref\":\"#/$defs/0\",\"$defs\":{" + levels + ",\"18\":{\"type\":\"null\"}}}");

        StringBuilder answer = new StringBuilder();
        while (writes("[", constraint, answer)) {}

        assertThatThrownBy(() -> Answers.sample(constraint, 1000, answer, new Random(3)))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("too many ways");
    }

    @Test
    void a_schema_with_too_many_ways_to_begin_is_refused_and_one_with_a_thousand_is_not() {
        assertThatThrownBy(() -> schema(constants(15_000)))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("ways to begin");

        TokenConstraint constraint = schema(constants(1000));
        StringBuilder answer = new StringBuilder();
        write("999", constraint, answer);
    }

    private static String constants(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{\"const\":" + i + "}")
                .collect(Collectors.joining(",", "{\"anyOf\":[", "]}"));
    }

    @Test
    void what_is_remembered_has_a_limit_and_a_sequence_under_way_goes_on() {
        GrammarBuilder builder = new GrammarBuilder();
        Rule text = builder.sequence(builder.repeat(0, 100_000, ByteSet.of("ab")), "c");
        Rules rules = builder.build();
        Grammar grammar = new Grammar(rules, text, 20_000);
        State behind = Objects.requireNonNull(grammar.advance(grammar.start(), new byte[] {'a'}));
        State state = behind;
        long most = 0;
        for (int i = 1; i < 5000; i++) {
            state = Objects.requireNonNull(grammar.advance(state, new byte[] {'b'}));
            most = Math.max(most, grammar.bytes());
        }

        assertThat(most).isLessThan(25_000);
        assertThat(reachable(grammar.start(), rules.classes()) + reachable(behind, rules.classes()))
                .isLessThan(200);
        assertThat(grammar.advance(behind, "abc".getBytes(StandardCharsets.UTF_8)))
                .isNotNull();
        State end = Objects.requireNonNull(grammar.advance(state, "abac".getBytes(StandardCharsets.UTF_8)));
        assertThat(end.complete()).isTrue();
    }

    /// States that one remembers the way to.
    private static int reachable(State from, int classes) {
        Set<State> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<State> todo = new ArrayDeque<>(List.of(from));
        while (!todo.isEmpty()) {
            State state = todo.pop();
            if (seen.add(state)) {
                for (int ofClass = 0; ofClass < classes; ofClass++) {
                    State next = state.next(ofClass);
                    if (next != null) {
                        todo.push(next);
                    }
                }
            }
        }
        return seen.size();
    }

    @Test
    void kept_grammars_are_limited_by_their_bytes_and_by_number() {
        KeptGrammars few = new KeptGrammars(200_000);
        KeptGrammars many = new KeptGrammars(Long.MAX_VALUE);
        Grammar other = JsonSchemaRules.compile(read("{}"));
        for (int i = 0; i < 100; i++) {
            String text = constant(i);
            Grammar asked = few.get(text, () -> JsonSchemaRules.compile(read(text)));
            many.get(text, () -> asked);

            assertThat(few.get(text, () -> other)).isSameAs(asked);
        }
        assertThat(compiledAgain(few)).isBetween(90, 99);
        assertThat(compiledAgain(many)).isEqualTo(100 - 32);
    }

    /// How many of a hundred are not kept; asked from the last on, so that none is let go for another before.
    private static int compiledAgain(KeptGrammars kept) {
        AtomicInteger compiled = new AtomicInteger();
        for (int i = 99; i >= 0; i--) {
            String text = constant(i);
            kept.get(text, () -> {
                compiled.incrementAndGet();
                return JsonSchemaRules.compile(read(text));
            });
        }
        return compiled.get();
    }

    private static String constant(int i) {
        return "{\"const\":\"" + "x".repeat(3000) + i + "\"}";
    }

    /// Far from its bounds a count does not matter for the next token; near them it does.
    @Test
    void masks_shared_between_counts_are_those_of_each() {
        Random random = new Random(47);
        for (int run = 0; run < 300; run++) {
            int least = random.nextInt(60);
            int most = least + random.nextInt(60);
            int written = random.nextInt(most + 1);
            Grammar shared = string(least, most);
            Grammar alone = string(least, most);
            long[] one = new long[(TOKENS.size() + 63) / 64];
            long[] other = one.clone();
            int limit = random.nextInt(120);
            for (int at = 0; at <= written; at++) {
                State state = Objects.requireNonNull(shared.advance(shared.start(), text(at)));
                shared.allow(state, VOCABULARY, 1000, new long[one.length]);
            }
            State state = Objects.requireNonNull(shared.advance(shared.start(), text(written)));

            shared.allow(state, VOCABULARY, limit, one);
            for (int token = 0; token < TOKENS.size() - 2; token++) {
                State next = alone.advance(
                        Objects.requireNonNull(alone.advance(alone.start(), text(written))), TOKENS.bytes(token));
                if (next != null && next.shortest <= limit) {
                    other[token >> 6] |= 1L << token;
                }
            }

            assertThat(one)
                    .as("%d to %d, %d written, %d left", least, most, written, limit)
                    .isEqualTo(other);
        }
    }

    @Test
    void shortest_lengths_take_one_look_at_each_rule() {
        GrammarBuilder forward = new GrammarBuilder();
        Rule first = forward.rule();
        Rule rule = first;
        for (int i = 0; i < 40_000; i++) {
            Rule next = forward.rule();
            forward.or(rule, next, "x");
            rule = next;
        }
        forward.or(rule, "y");
        GrammarBuilder backward = new GrammarBuilder();
        Rule last = backward.sequence("y");
        for (int i = 0; i < 40_000; i++) {
            last = backward.sequence(last, "x");
        }
        long begun = System.nanoTime();

        assertThat(forward.build().shortest(first)).isEqualTo(40_001);
        assertThat(backward.build().shortest(last)).isEqualTo(40_001);

        assertThat(System.nanoTime() - begun)
                .as("ns; in the wrong order it takes minutes")
                .isLessThan(20_000_000_000L);
    }

    private static Grammar string(int least, int most) {
        JsonRules json = new JsonRules();
        Rule any = json.grammar.anyOf(
                json.string(least, most), List.of("\"", json.grammar.repeat(0, Repeat.UNBOUNDED, "12"), "\""));
        return new Grammar(json.grammar.build(), any);
    }

    private static byte[] text(int characters) {
        return ("\"" + "1".repeat(characters)).getBytes(StandardCharsets.UTF_8);
    }

    private static void write(String text, TokenConstraint constraint, StringBuilder answer) {
        assertThat(writes(text, constraint, answer)).isTrue();
    }

    /// Writes as much of `text` as is allowed.
    private static boolean writes(String text, TokenConstraint constraint, StringBuilder answer) {
        long[] mask = new long[(TOKENS.size() + 63) / 64];
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            constraint.allow(mask, 10_000);
            assertThat(mask).as(answer.toString()).isNotEqualTo(new long[mask.length]);
            if (!has(mask, value)) {
                return false;
            }
            constraint.accept(value);
            answer.append((char) value);
        }
        return true;
    }
}
