package io.autoglm.inference.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ToolFormatTest {

    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final JsonNode TOOLS = json("""
            [{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{
               "city":{"type":"string"},"days":{"type":"integer"},"note":{"type":["string","null"]},
               "at":{"type":"object"}}}}},
             {"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{}}}}]
            """);

    private static final String CITY = "{\"city\": \"Xi'an \\\"西安\\\" [x] {y} </tool_call>\", \"days\": 3}";
    private static final String CITY_READ = "{\"city\":\"Xi'an \\\"西安\\\" [x] {y} </tool_call>\",\"days\":3}";

    /// @param calls the names and arguments of those that are read, one behind the other
    record Case(ToolFormat format, String answer, String content, List<String> calls) {}

    static Stream<Case> cases() {
        return Stream.of(
                of(
                        ToolFormat.LLAMA,
                        "{\"name\": \"get_weather\", \"parameters\": " + CITY + "}",
                        "",
                        "get_weather",
                        CITY_READ),
                of(
                        ToolFormat.LLAMA,
                        "<|python_tag|>{\"name\": \"get_weather\", \"parameters\": " + CITY + "}",
                        "",
                        "get_weather",
                        CITY_READ),
                of(
                        ToolFormat.LLAMA,
                        "{\"name\": \"now\", \"parameters\": {}}; {\"type\": \"function\", \"name\": \"get_weather\","
                                + " \"parameters\": " + CITY + "} ;\n{\"name\": \"now\", \"parameters\": {}}",
                        "",
                        "now",
                        "{}",
                        "get_weather",
                        CITY_READ,
                        "now",
                        "{}"),
                of(
                        ToolFormat.LLAMA,
                        "{\"name\": \"Ann\", \"parameters\": {}}",
                        "{\"name\": \"Ann\", \"parameters\": {}}"),
                of(ToolFormat.LLAMA, "; {\"name\": \"now\"", "; {\"name\": \"now\""),
                of(
                        ToolFormat.LLAMA,
                        "<|python_tag|>search.call(query=\"x\")",
                        "<|python_tag|>search.call(query=\"x\")"),
                of(
                        ToolFormat.MISTRAL,
                        "Let me see.\n[TOOL_CALLS] [{\"name\": \"get_weather\", \"arguments\": " + CITY
                                + "}, {\"name\": \"now\", \"arguments\": {}, \"id\": \"abcdefghi\"}]",
                        "Let me see.",
                        "get_weather",
                        CITY_READ,
                        "now",
                        "{}"),
                of(
                        ToolFormat.MISTRAL,
                        "[TOOL_CALLS]get_weather[ARGS]" + CITY + "[TOOL_CALLS]now[CALL_ID]a1b2c3d4e[ARGS]{}",
                        "",
                        "get_weather",
                        CITY_READ,
                        "now",
                        "{}"),
                of(
                        ToolFormat.MISTRAL,
                        "[TOOL_CALLS]now{}[TOOL_CALLS]get_weather " + CITY,
                        "[TOOL_CALLS]get_weather " + CITY,
                        "now",
                        "{}"),
                of(ToolFormat.MISTRAL, "[TOOL_CALLS]now{} and on", "and on", "now", "{}"),
                of(ToolFormat.MISTRAL, "a list [1, 2] and [TOOL_", "a list [1, 2] and [TOOL_"),
                of(ToolFormat.MISTRAL, "[TOOL_CALLS] nothing to call", "[TOOL_CALLS] nothing to call"),
                of(
                        ToolFormat.QWEN_CODER,
                        """
                        Sure.
                        <tool_call>
                        <function=get_weather>
                        <parameter=city>
                         西安
                        </para "x"

                        </parameter>
                        <parameter=days>
                        3
                        </parameter>
                        <parameter=note>
                        null
                        </parameter>
                        </function>
                        </tool_call>
                        <tool_call>
                        <function=now>
                        </function>
                        </tool_call>""",
                        "Sure.",
                        "get_weather",
                        "{\"city\":\" 西安\\n</para \\\"x\\\"\\n\",\"days\":3,\"note\":null}",
                        "now",
                        "{}"),
                of(
                        ToolFormat.QWEN_CODER,
                        "<function=get_weather>\n<parameter=city>\nRome\n</parameter>\n</function>\nDone",
                        "Done",
                        "get_weather",
                        "{\"city\":\"Rome\"}"),
                of(ToolFormat.QWEN_CODER, "<function=get weather>", "<function=get weather>"),
                of(
                        ToolFormat.DEEPSEEK,
                        "Well.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>" + CITY
                                + "<｜tool▁call▁end｜><｜tool▁call▁begin｜>now<｜tool▁sep｜>{}<｜tool▁call▁end｜>"
                                + "<｜tool▁calls▁end｜>",
                        "Well.",
                        "get_weather",
                        CITY_READ,
                        "now",
                        "{}"),
                of(
                        ToolFormat.HERMES,
                        "Look:\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": " + CITY
                                + "}\n</tool_call>\nThere.",
                        "Look:There.",
                        "get_weather",
                        CITY_READ),
                of(
                        ToolFormat.HERMES,
                        "<tool_call>{\"arguments\": {\"a\": [1.10, {\"b\": null}]}, \"name\": \"now\"}</tool_call>",
                        "",
                        "now",
                        "{\"a\":[1.10,{\"b\":null}]}"),
                of(
                        ToolFormat.HERMES,
                        "<tool_call>{\"name\": \"now\", \"arguments\": \"{\\\"a\\\": 1}\"}</tool_call>",
                        "",
                        "now",
                        "{\"a\": 1}"),
                of(
                        ToolFormat.HERMES,
                        "{\"name\": \"now\", \"parameters\": {}}",
                        "{\"name\": \"now\", \"parameters\": {}}"),
                of(
                        ToolFormat.GLM_4_5,
                        "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>\"西安\"\n</arg_val</arg_value>\n"
                                + "<arg_key>at</arg_key>\n<arg_value>{\"lat\": 1}</arg_value>\n</tool_call>",
                        "",
                        "get_weather",
                        "{\"city\":\"\\\"西安\\\"\\n</arg_val\",\"at\":{\"lat\": 1}}"),
                of(ToolFormat.NONE, "<tool_call>now</tool_call>", "<tool_call>now</tool_call>"));
    }

    private static Case of(ToolFormat format, String answer, String content, String... calls) {
        return new Case(format, answer, content, List.of(calls));
    }

    private static AssistantParser parser(ToolFormat format) {
        return new AssistantParser(TOOLS, new AssistantMarkup(format, Reasoning.THINK), true, false, Integer.MAX_VALUE);
    }

    /// As a client puts the pieces together.
    private static final class Message {

        final StringBuilder content = new StringBuilder();
        final List<String> names = new ArrayList<>();
        final List<StringBuilder> arguments = new ArrayList<>();

        void add(List<AssistantDelta> deltas) {
            for (AssistantDelta delta : deltas) {
                switch (delta) {
                    case AssistantDelta.Content(String text) -> content.append(text);
                    case AssistantDelta.Reasoning(String text) ->
                        content.append("?").append(text);
                    case AssistantDelta.ToolCall(int index, String name, String begun) -> {
                        assertThat(index).isEqualTo(names.size());
                        names.add(name);
                        arguments.add(new StringBuilder(begun));
                    }
                    case AssistantDelta.Arguments(int index, String text) -> {
                        assertThat(index).isEqualTo(names.size() - 1);
                        arguments.get(index).append(text);
                    }
                }
            }
        }

        List<String> calls() {
            List<String> calls = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                calls.add(names.get(i));
                calls.add(arguments.get(i).toString());
            }
            return calls;
        }
    }

    private static Message read(ToolFormat format, List<String> pieces) {
        AssistantParser parser = parser(format);
        Message message = new Message();
        pieces.forEach(piece -> message.add(parser.append(piece)));
        message.add(parser.end());
        assertThat(parser.toolCalls()).isLessThanOrEqualTo(message.names.size());
        return message;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_message_is_read_as_its_family_writes_it(Case one) throws IOException {
        Message message = read(one.format, List.of(one.answer));

        assertThat(message.calls()).isEqualTo(one.calls);
        assertThat(message.content.toString()).isEqualTo(one.content);
        for (StringBuilder arguments : message.arguments) {
            assertThat(MAPPER.readTree(arguments.toString()).isObject()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void the_message_is_the_same_however_the_text_is_cut(Case one) {
        Message expected = read(one.format, List.of(one.answer));
        List<List<String>> cuts = new ArrayList<>();
        cuts.add(one.answer.chars().mapToObj(Character::toString).toList());
        for (int at = 0; at <= one.answer.length(); at++) {
            cuts.add(List.of(one.answer.substring(0, at), one.answer.substring(at)));
        }
        Random random = new Random(17);
        for (int run = 0; run < 200; run++) {
            List<String> pieces = new ArrayList<>();
            for (int at = 0; at < one.answer.length(); ) {
                int end = Math.min(one.answer.length(), at + 1 + random.nextInt(9));
                pieces.add(one.answer.substring(at, end));
                at = end;
            }
            cuts.add(pieces);
        }
        for (List<String> pieces : cuts) {
            Message message = read(one.format, pieces);
            assertThat(message.calls()).as("%s", pieces).isEqualTo(expected.calls());
            assertThat(message.content.toString()).as("%s", pieces).isEqualTo(expected.content.toString());
        }
    }

    /// Cut by `max_tokens`: what was told is the beginning of what would have been.
    @ParameterizedTest
    @MethodSource("cases")
    void an_answer_that_is_cut_off_has_told_nothing_that_the_whole_does_not_say(Case one) {
        List<String> whole = read(one.format, List.of(one.answer)).calls();
        for (int length = 0; length < one.answer.length(); length++) {
            List<String> cut =
                    read(one.format, List.of(one.answer.substring(0, length))).calls();
            assertThat(cut.size()).isLessThanOrEqualTo(whole.size());
            for (int i = 0; i < cut.size(); i++) {
                boolean last = i == cut.size() - 1;
                assertThat(whole.get(i)).as("cut at %d", length).startsWith(cut.get(i));
                assertThat(last || whole.get(i).equals(cut.get(i))).isTrue();
            }
        }
    }

    @Test
    void arguments_are_told_as_they_come() {
        for (Case one : cases().filter(one -> one.calls.contains(CITY_READ)).toList()) {
            AssistantParser parser = parser(one.format);
            int pieces = 0;
            for (char next : one.answer.toCharArray()) {
                pieces += (int) parser.append(Character.toString(next)).stream()
                        .filter(AssistantDelta.Arguments.class::isInstance)
                        .count();
            }
            assertThat(pieces).as(one.answer).isGreaterThan(10);
        }
    }

    @Test
    void behind_the_calls_that_it_may_have_a_message_is_over() {
        AssistantParser parser =
                new AssistantParser(TOOLS, new AssistantMarkup(ToolFormat.HERMES, Reasoning.THINK), true, false, 1);
        Message message = new Message();
        String call = "<tool_call>{\"name\": \"now\", \"arguments\": {}}</tool_call>";

        message.add(parser.append(call + "\n" + call + "and more"));
        message.add(parser.end());

        assertThat(parser.finished()).isTrue();
        assertThat(message.calls()).containsExactly("now", "{}");
        assertThat(message.content).isEmpty();
    }

    @Test
    void mistral_marks_its_reasoning_in_its_own_way() {
        AssistantParser parser = new AssistantParser(
                TOOLS, new AssistantMarkup(ToolFormat.MISTRAL, Reasoning.MISTRAL), true, false, Integer.MAX_VALUE);
        List<AssistantDelta> deltas = new ArrayList<>(parser.append("[THINK]one [two[/THINK]\nthree <think>"));
        deltas.addAll(parser.end());

        assertThat(deltas)
                .containsExactly(new AssistantDelta.Reasoning("one [two"), new AssistantDelta.Content("three <think>"));
    }

    @Test
    void the_format_is_found_in_the_template() throws IOException {
        assertThat(published("glm-4.5.jinja")).isEqualTo(new AssistantMarkup(ToolFormat.GLM_4_5, Reasoning.THINK));
        assertThat(published("glm-4.jinja").calls()).isEqualTo(ToolFormat.GLM_4);
        assertThat(published("qwen-2.5.jinja").calls()).isEqualTo(ToolFormat.HERMES);
        assertThat(published("qwen-3.jinja").calls()).isEqualTo(ToolFormat.HERMES);
        assertThat(published("llama-3.jinja").calls()).isEqualTo(ToolFormat.LLAMA);
        assertThat(published("mistral.jinja").calls()).isEqualTo(ToolFormat.MISTRAL);
        assertThat(AssistantMarkup.of("<tool_call><function=", ToolFormat.AUTO).calls())
                .isEqualTo(ToolFormat.QWEN_CODER);
        assertThat(AssistantMarkup.of("<｜tool▁calls▁begin｜>", ToolFormat.AUTO).calls())
                .isEqualTo(ToolFormat.DEEPSEEK);
        assertThat(AssistantMarkup.of("[THINK]", ToolFormat.AUTO).reasoning()).isEqualTo(Reasoning.MISTRAL);
        assertThat(AssistantMarkup.of("<tool_call>", ToolFormat.LLAMA).calls()).isEqualTo(ToolFormat.LLAMA);
        assertThat(AssistantMarkup.of("", ToolFormat.AUTO)).isEqualTo(AssistantMarkup.ANY);
    }

    private static AssistantMarkup published(String name) throws IOException {
        try (var in = ToolFormatTest.class.getResourceAsStream("/templates/" + name)) {
            return AssistantMarkup.of(
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8), ToolFormat.AUTO);
        }
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
