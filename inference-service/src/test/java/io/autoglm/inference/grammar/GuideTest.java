package io.autoglm.inference.grammar;

import static io.autoglm.inference.grammar.Answers.FORMAT;
import static io.autoglm.inference.grammar.Answers.accepts;
import static io.autoglm.inference.grammar.Answers.sampled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.inference.sampling.InvalidParameterException;
import io.autoglm.inference.sampling.TokenConstraint;
import io.autoglm.inference.text.TokenBytes;
import io.autoglm.inference.text.Vocabularies;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuideTest {

    private static TokenConstraint constraint(Guide guide) {
        return FORMAT.form(guide, "guided").constraint(Integer.MAX_VALUE, "max_tokens");
    }

    private static TokenConstraint regex(String regex) {
        return constraint(new Guide.Regex(regex));
    }

    private static TokenConstraint gbnf(String grammar) {
        return constraint(new Guide.Gbnf(grammar));
    }

    private static int shortest(String regex) {
        return ExpressionRules.compile(Map.of("root", RegexParser.parse(regex)), "root")
                .shortestAnswer();
    }

    /// Of what Java reads as Python does.
    private static String randomRegex(Random random, int depth) {
        int kinds = depth == 0 ? 5 : 10;
        return switch (random.nextInt(kinds)) {
            case 0 ->
                List.of("a", "b", "0", " ", "é", "你", "😀", "\\.", "\\{", "\\\\", "-")
                        .get(random.nextInt(11));
            case 1 ->
                List.of("\\d", "\\w", "\\s", ".", "\\D", "\\W", "\\S", "\\p{Lu}", "\\x41", "\\u4f60")
                        .get(random.nextInt(10));
            case 2 ->
                List.of("[ab]", "[^ab]", "[a-z0-9_]", "[\\d.-]", "[^\\s\"]", "[é-你]", "[^\\D5]", "[\\]^]")
                        .get(random.nextInt(8));
            case 3 -> "ab";
            case 4 -> "";
            case 5, 6 -> randomRegex(random, depth - 1) + randomRegex(random, depth - 1);
            case 7 ->
                "("
                        + List.of("", "?:", "?<n" + depth + random.nextInt(1 << 20) + ">")
                                .get(random.nextInt(3)) + randomRegex(random, depth - 1) + "|"
                        + randomRegex(random, depth - 1) + ")";
            default ->
                "(?:" + randomRegex(random, depth - 1) + ")"
                        + List.of("*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "*?", "+?", "{1,2}?")
                                .get(random.nextInt(10));
        };
    }

    @Test
    void whatever_the_expression_a_model_without_any_sense_writes_what_matches_and_ends_in_time() {
        Random random = new Random(61);
        for (int run = 0; run < 400; run++) {
            String regex = randomRegex(random, 4);
            Pattern pattern = Pattern.compile(regex);
            for (int answers = 0; answers < 3; answers++) {
                String answer = sampled(regex(regex), shortest(regex) + 1 + random.nextInt(40), random);

                assertThat(pattern.matcher(answer).matches())
                        .as("'%s' for %s", answer, regex)
                        .isTrue();
            }
        }
    }

    @Test
    void what_matches_is_allowed_and_what_does_not_is_not() {
        Random random = new Random(67);
        int matching = 0;
        for (int run = 0; run < 400; run++) {
            String regex = randomRegex(random, 3);
            Pattern pattern = Pattern.compile(regex);
            for (int texts = 0; texts < 12; texts++) {
                StringBuilder text = new StringBuilder();
                for (int length = random.nextInt(6); length > 0; length--) {
                    text.append(List.of("a", "b", "0", "5", " ", ".", "-", "A", "_", "{", "😀")
                            .get(random.nextInt(11)));
                }
                boolean matches = pattern.matcher(text).matches();
                matching += matches ? 1 : 0;

                assertThat(accepts(regex(regex), text.toString()))
                        .as("'%s' for %s", text, regex)
                        .isEqualTo(matches);
            }
        }
        assertThat(matching).isGreaterThan(300);
    }

    @Test
    void expressions_as_people_write_them_are_kept() {
        assertThat(accepts(regex("^\\d{4}-\\d{2}-\\d{2}$"), "2026-11-21")).isTrue();
        assertThat(accepts(regex("^\\d{4}-\\d{2}-\\d{2}$"), "2026-11-2")).isFalse();
        assertThat(accepts(regex("[\\w.+-]+@[\\w-]+\\.(com|org)"), "a.b+c@d-e.org"))
                .isTrue();
        assertThat(accepts(regex("{\"a\": \\d+, \"b\": (true|false)}"), "{\"a\": 12, \"b\": true}"))
                .isTrue();
        assertThat(accepts(regex("(?P<yes>y(es)?)|n(o)?|$"), "no")).isTrue();
        assertThat(accepts(regex("a{2,}b{,2}"), "aaab")).isTrue();
        assertThat(accepts(regex("(a*)*(b|(c?)+)*"), "aabccb")).isTrue();
        assertThat(accepts(regex("[^\\x00-\\x1f]{1,1000}"), "你好 all")).isTrue();
        assertThat(accepts(regex("\\p{IsHan}+"), "你好")).isTrue();
        assertThat(accepts(regex("\\p{IsHan}+"), "你a")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    a(?=b)        ¦ lookahead
                    a(?!b)        ¦ lookahead
                    (?<=a)b       ¦ lookbehind
                    (?<!a)b       ¦ lookbehind
                    (a)\\1        ¦ backreference
                    (?P<n>a)(?P=n) ¦ backreference
                    (?<n>a)\\k<n> ¦ backreference
                    a\\b          ¦ word boundary
                    (?>a)         ¦ atomic
                    a*+           ¦ possessive
                    (?i)a         ¦ flag
                    a^b           ¦ '^'
                    (a$)b         ¦ '$'
                    (a            ¦ without a ')'
                    a)            ¦ without a '('
                    [a            ¦ without a ']'
                    [b-a]         ¦ range
                    a**           ¦ repeats
                    *a            ¦ repeats nothing
                    a{3,1}        ¦ 3 to 1
                    a{1000000}    ¦ 100000
                    \\q           ¦ \\q
                    \\x4          ¦ hex
                    \\p{Nothing}  ¦ Nothing
                    [^\\s\\S]     ¦ no text
                    """)
    void what_cannot_be_kept_is_refused_by_its_name(String regex, String named) {
        assertThatThrownBy(() -> regex(regex))
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        e -> assertThat(e.param()).isEqualTo("guided"))
                .hasMessageStartingWith("guided")
                .hasMessageContaining(named);
    }

    @Test
    void whatever_is_sent_as_an_expression_is_compiled_or_refused() {
        Random random = new Random(71);
        List<String> pieces = List.of(
                "a", "(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "^", "$", "\\", "-", ",", "1", "9", "d", "p",
                "<", ">", ":", "=", "!", "u", "\ud800", "é", "\n");
        int compiled = 0;
        for (int run = 0; run < 5000; run++) {
            StringBuilder regex = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                regex.append(pieces.get(random.nextInt(pieces.size())));
            }
            try {
                regex(regex.toString());
                compiled++;
            } catch (InvalidParameterException e) {
                assertThat(e.param()).isEqualTo("guided");
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError(regex.toString(), e);
            }
        }
        assertThat(compiled).isGreaterThan(200);
    }

    @Test
    void whatever_is_sent_as_a_grammar_is_compiled_or_refused() {
        Random random = new Random(89);
        List<String> pieces = List.of(
                "root",
                "a",
                "b",
                " ::= ",
                "::=",
                "\"",
                "x",
                "(",
                ")",
                "[",
                "]",
                "^",
                "-",
                "{2}",
                "{",
                "}",
                ",",
                "*",
                "+",
                "?",
                "|",
                "\n",
                "\r",
                " ",
                "#",
                "\\",
                ".",
                "<",
                "!",
                "é",
                "\ud800",
                "\\x41",
                "\"a\"",
                "root ::= \"a\" b\nb ::= ");
        int compiled = 0;
        for (int run = 0; run < 5000; run++) {
            StringBuilder grammar = new StringBuilder("root ::= \"x\" ");
            for (int i = random.nextInt(12); i >= 0; i--) {
                grammar.append(pieces.get(random.nextInt(pieces.size())));
            }
            try {
                gbnf(grammar.toString());
                compiled++;
            } catch (InvalidParameterException e) {
                assertThat(e.param()).isEqualTo("guided");
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError(grammar.toString(), e);
            }
        }
        assertThat(compiled).isGreaterThan(200);
    }

    private static String numbered(int count, String each) {
        return IntStream.range(0, count)
                .mapToObj(i -> each.replace("$", Integer.toString(i + 1)).replace("#", Integer.toString(i)))
                .collect(Collectors.joining());
    }

    /// Some tens of thousands of made-up words, so that a mask meets as many beginnings as with a real
    /// vocabulary.
    private static final TokenBytes MANY_TOKENS = Vocabularies.byteLevel(words(50_000));

    private static final AnswerFormat OF_MANY =
            new AnswerFormat(MANY_TOKENS, List.of(MANY_TOKENS.size() - 2), "</think>");

    private static List<String> words(int count) {
        Random random = new Random(97);
        Set<String> words = new LinkedHashSet<>();
        while (words.size() < count) {
            StringBuilder word = new StringBuilder(random.nextBoolean() ? " " : "");
            random.ints(2 + random.nextInt(9), 'a', 'z' + 1).forEach(word::appendCodePoint);
            words.add(word.toString());
        }
        return List.copyOf(words);
    }

    /// Each letter's place is remembered for as long as others of it may come.
    private static String remembering(int letters, String begin, String end) {
        return IntStream.range(0, letters)
                .mapToObj(i -> begin + (char) ('a' + i) + end)
                .collect(Collectors.joining("|"));
    }

    static Stream<Guide> greedy() {
        String letters = IntStream.range(0, 2500)
                .mapToObj(i -> "[^" + Character.toString(0x4e00 + i) + "]")
                .collect(Collectors.joining());
        String classes = Stream.of("L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "N", "Nd", "P", "S", "Z", "C", "IsHan", "Cn")
                .map(name -> "\\p{" + name + "}[^\\P{" + name + "}x]")
                .collect(Collectors.joining());
        String nested = "(".repeat(90) + "a?b?" + ")*".repeat(90);
        return Stream.concat(
                Stream.of(
                                letters,
                                classes,
                                "[" + "\\p{L}".repeat(2700) + "]",
                                "😀".repeat(8000),
                                "[" + "a😀".repeat(5000) + "]{100000}",
                                nested,
                                "(".repeat(5000),
                                "a{1}".repeat(4000) + "{2}",
                                "(" + "a?".repeat(8000) + ")*",
                                "((((a{0,1000}){0,1000}){0,1000}){0,1000}b)*",
                                "(a|aa|aaa|aaaa)*b",
                                "(.*a.*){40}",
                                "(a?){500}a{500}",
                                "(" + "a|".repeat(8000) + "a)*",
                                "[ -~]*[a-m][ -~]{30}",
                                ".*a.{99}",
                                remembering(26, ".*", ".{99}"),
                                remembering(26, "[ -~]*", "[ -~]{99}"),
                                remembering(26, ".*", ".{4}.*[xyz].{99}"))
                        .map(Guide.Regex::new),
                Stream.of(
                                "root ::= r0\n" + numbered(1900, "r# ::= r$\n") + "r1900 ::= \"\"",
                                "root ::= r0\n" + numbered(1900, "r# ::= \"a\" r$?\n") + "r1900 ::= r0 | \"b\"",
                                "root ::= r0*\n" + numbered(1900, "r# ::= r$? r$?\n") + "r1900 ::= \"a\"?",
                                "root ::= r0\n" + numbered(60, "r# ::= r$ r$\n") + "r60 ::= \"a\"",
                                "root ::= \"a\"" + "?".repeat(60_000),
                                "root ::= \"a\"" + "{2}".repeat(99),
                                "root ::= \"" + "😀".repeat(30_000) + "\"",
                                "root ::= \"(\" root \")\" | \"a\" | root2\nroot2 ::= \"(\" root \")\" root?",
                                "root ::= \"a\" # ".repeat(5000),
                                numbered(10_000, "r# ::= \"\"\n"))
                        .map(Guide.Gbnf::new));
    }

    /// Allocation stands for what is done and held, whatever the machine.
    @ParameterizedTest
    @MethodSource("greedy")
    @Timeout(60)
    void what_would_grow_without_bound_is_kept_or_refused_and_no_token_waits_long(Guide guide) {
        long before = allocated();
        try {
            AnswerForm form = OF_MANY.form(guide, "guided");
            for (int room : List.of(40, 4000)) {
                TokenConstraint constraint = form.constraint(Integer.MAX_VALUE, "max_tokens");
                assertThat(allocated() - before).as("to begin").isLessThan(1L << 30);
                write(constraint, room);
                before = allocated();
            }
        } catch (InvalidParameterException e) {
            assertThat(allocated() - before).as("to refuse").isLessThan(1L << 30);
            assertThat(e.param()).isEqualTo("guided");
        }
    }

    /// Forty tokens of an answer.
    private static void write(TokenConstraint constraint, int room) {
        long[] mask = new long[(MANY_TOKENS.size() + 63) / 64];
        Random random = new Random(83);
        for (int written = 0; written < 40; written++) {
            long before = allocated();
            try {
                constraint.allow(mask, room - written);
            } finally {
                assertThat(allocated() - before).as("for token %d", written).isLessThan(256L << 20);
            }
            int[] allowed = IntStream.range(0, MANY_TOKENS.size())
                    .filter(token -> Answers.has(mask, token))
                    .toArray();
            constraint.accept(allowed[random.nextInt(allowed.length)]);
        }
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    @Test
    void an_expression_that_remembers_too_much_is_refused_before_the_first_token() {
        assertThatThrownBy(() -> OF_MANY.form(new Guide.Regex(remembering(26, ".*", ".{99}")), "guided_regex")
                        .constraint(100, "max_tokens"))
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        e -> assertThat(e.param()).isEqualTo("guided_regex"))
                .hasMessageContaining("too many ways");
    }

    @Test
    void a_choice_is_one_of_its_texts() {
        List<String> texts = List.of("yes", "no", "no way", "也许", "line\nbreak \"quoted\"");
        Random random = new Random(73);
        Set<String> seen = new HashSet<>();
        for (int run = 0; run < 200; run++) {
            seen.add(sampled(constraint(new Guide.Choice(texts)), 40, random));
        }

        assertThat(seen).containsExactlyInAnyOrderElementsOf(texts);
    }

    private static final String LIST = """
            # a list as llama.cpp's README has one
            root   ::= item+
            item   ::= "- " [^\\r\\n\\x0b\\x0c\\x85\\u2028\\u2029]{1,20} end
            end    ::= "\\n"   # of a line
            """;

    private static final String ARITHMETIC = """
            root  ::= (expr "=" ws term "\\n")+
            expr  ::= term ([-+*/] term)*
            term  ::= ident | num |
               ( "(" ws expr
                   ")" ws )
            ident ::= [a-z] [a-z0-9_]* ws
            num   ::= [0-9]+ ws
            ws    ::= [ \\t]*
            """;

    @Test
    void the_grammars_of_the_readme_are_kept() {
        assertThat(accepts(gbnf(LIST), "- one\n- 二\n")).isTrue();
        assertThat(accepts(gbnf(LIST), "- one")).isFalse();
        assertThat(accepts(gbnf(LIST), "")).isFalse();
        assertThat(accepts(gbnf(ARITHMETIC), "a1 +(b*2)= 3\n")).isTrue();
        assertThat(accepts(gbnf(ARITHMETIC), "a1 +(b*2= 3\n")).isFalse();
        assertThat(accepts(
                        gbnf("root ::= \"\\x41\\u00e9\\\"\\\\\" . [^\\]\\n]? x {2}\nx ::= \"a\" | \"b\""),
                        "Aé\"\\?zab"))
                .isTrue();
        assertThat(accepts(gbnf("root ::= (\"a\"? \"b\"?)* \"!\""), "abba!")).isTrue();
    }

    @Test
    void an_answer_of_a_grammar_ends_in_time_and_belongs_to_it() {
        Random random = new Random(79);
        Pattern lines = Pattern.compile("(- [^\\r\\n\\x0b\\x0c\\x85\\u2028\\u2029]{1,20}\n)+");
        for (int run = 0; run < 100; run++) {
            assertThat(sampled(gbnf(LIST), 8 + random.nextInt(50), random)).matches(lines);
            String sums = sampled(gbnf(ARITHMETIC), 8 + random.nextInt(50), random);
            assertThat(accepts(gbnf(ARITHMETIC), sums)).as(sums).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a ::= \"x\"",
                "root ::= missing",
                "root ::= root \"a\"",
                "root ::= a\na ::= b?  a",
                "root ::= \"a",
                "root ::= [a",
                "root ::= (\"a\"",
                "root ::= \"a\" )",
                "root = \"a\"",
                "root ::= \"a\"\nroot ::= \"b\"",
                "root ::= \"a\" root",
                "root ::= <[7]>",
                "root ::= \"a\"{3,1}",
                "root ::= \"\\q\"",
                "root ::= \"\\ud800\"",
            })
    void a_grammar_that_cannot_be_kept_is_refused(String grammar) {
        assertThatThrownBy(() -> gbnf(grammar))
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        e -> assertThat(e.param()).isEqualTo("guided"))
                .hasMessageStartingWith("guided ");
    }

    @Test
    void a_schema_that_is_refused_names_the_field_that_it_came_in() {
        assertThatThrownBy(() -> constraint(new Guide.Json(Answers.read("{\"not\":{}}"))))
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        e -> assertThat(e.param()).isEqualTo("guided"))
                .hasMessageStartingWith("guided: the schema at #");
    }
}
