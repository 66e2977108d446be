package io.autoglm.inference.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.inference.text.AssistantDelta;
import io.autoglm.inference.text.AssistantMarkup;
import io.autoglm.inference.text.AssistantParser;
import io.autoglm.inference.text.Reasoning;
import io.autoglm.inference.text.ToolFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever a model writes is a message, the same one however it comes, at a cost that grows with its length
/// and no faster. Seeds are fixed, so that what is found once is found again.
@Timeout(120)
class WildAnswerTest {

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final JsonNode TOOLS = json("""
            [{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{
               "city":{"type":"string"},"days":{"type":"integer"},"note":{"type":["string","null"]}}}}},
             {"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{}}}}]
            """);

    private static final String OBJECT = "{\"city\": \"Xi'an \\\"西安\\\"\", \"days\": 3}";

    private static final List<String> ANSWERS = List.of(
            "Sure.\n<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Rome</arg_value>\n<arg_key>days</arg_key>"
                    + "\n<arg_value>3</arg_value>\n</tool_call>\n<tool_call>now</tool_call> Done.",
            "get_weather\n" + OBJECT + "\nnow\n{}",
            "<think>look</think>\n<tool_call>\n{\"name\": \"get_weather\", \"arguments\": " + OBJECT
                    + "}\n</tool_call>",
            "<tool_call>{\"arguments\": \"{}\", \"name\": \"now\", \"id\": 7}</tool_call>",
            "<tool_call>\n<function=get_weather>\n<parameter=city>\nRome\n</parameter>\n<parameter=note>\nnull\n"
                    + "</parameter>\n</function>\n</tool_call><function=now></function>",
            "<|python_tag|>{\"type\": \"function\", \"name\": \"now\", \"parameters\": {}}; {\"name\": \"get_weather\","
                    + " \"parameters\": " + OBJECT + "}",
            "[THINK]so[/THINK][TOOL_CALLS] [{\"name\": \"get_weather\", \"arguments\": " + OBJECT
                    + "}, {\"name\": \"now\", \"arguments\": {}, \"id\": \"abcdefghi\"}]",
            "[TOOL_CALLS]get_weather[ARGS]" + OBJECT + "[TOOL_CALLS]now[CALL_ID]a1b2c3d4e[ARGS]{}",
            "Well.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>" + OBJECT
                    + "<｜tool▁call▁end｜><｜tool▁call▁begin｜>now<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>");

    private static final List<String> PIECES = List.of(
            "<tool_call>",
            "</tool_call>",
            "<arg_key>",
            "</arg_key>",
            "<arg_value>",
            "</arg_value>",
            "<function=",
            "</function>",
            "<parameter=",
            "</parameter>",
            "<|python_tag|>",
            "[TOOL_CALLS]",
            "[ARGS]",
            "[CALL_ID]",
            "<｜tool▁calls▁begin｜>",
            "<｜tool▁call▁begin｜>",
            "<｜tool▁sep｜>",
            "<｜tool▁call▁end｜>",
            "<｜tool▁calls▁end｜>",
            "<think>",
            "</think>",
            "[THINK]",
            "[/THINK]",
            "{\"name\": \"now\", \"arguments\": ",
            "{\"name\": ",
            "\"now\"",
            "\"parameters\": ",
            "{}",
            "{",
            "}",
            "[",
            "]",
            "\"",
            "\\",
            "\\u",
            ":",
            ",",
            ";",
            "now",
            "get_weather",
            "city",
            "days",
            "1.5e",
            "tru",
            "null",
            " ",
            "\n",
            "<",
            ">",
            "😀",
            "\ud800",
            "\u0000",
            "words and more");

    /// As a client puts the pieces together.
    ///
    /// @param calls name and arguments of each
    private record Message(String content, String reasoning, List<List<String>> calls, int complete, long steps) {}

    private static Message read(ToolFormat format, List<String> pieces) {
        Reasoning marks = format == ToolFormat.MISTRAL ? Reasoning.MISTRAL : Reasoning.THINK;
        AssistantParser parser =
                new AssistantParser(TOOLS, new AssistantMarkup(format, marks), true, false, Integer.MAX_VALUE);
        StringBuilder content = new StringBuilder();
        StringBuilder reasoning = new StringBuilder();
        List<String> names = new ArrayList<>();
        List<StringBuilder> arguments = new ArrayList<>();
        Stream.concat(pieces.stream().map(parser::append), Stream.of(parser).map(AssistantParser::end))
                .flatMap(List::stream)
                .forEach(delta -> {
                    switch (delta) {
                        case AssistantDelta.Content(String text) -> content.append(text);
                        case AssistantDelta.Reasoning(String text) -> reasoning.append(text);
                        case AssistantDelta.ToolCall(int index, String name, String begun) -> {
                            assertThat(index).isEqualTo(names.size());
                            names.add(name);
                            arguments.add(new StringBuilder(begun));
                        }
                        case AssistantDelta.Arguments(int index, String text) -> {
                            assertThat(index).isEqualTo(names.size() - 1);
                            arguments.getLast().append(text);
                        }
                    }
                });
        List<List<String>> calls = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            calls.add(List.of(names.get(i), arguments.get(i).toString()));
        }
        return new Message(content.toString(), reasoning.toString(), calls, parser.toolCalls(), parser.steps());
    }

    private static List<String> cut(String text, Random random, int longest) {
        List<String> pieces = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int end = Math.min(text.length(), at + 1 + random.nextInt(longest));
            pieces.add(text.substring(at, end));
            at = end;
        }
        return pieces;
    }

    private static void isTheSameHoweverItComes(ToolFormat format, String text, Random random) {
        Message whole = read(format, List.of(text));

        assertThat(read(format, cut(text, random, 1))).as(text).isEqualTo(whole);
        for (int longest : new int[] {2, 5, 17}) {
            assertThat(read(format, cut(text, random, longest))).as(text).isEqualTo(whole);
        }
        assertThat(whole.complete()).as(text).isLessThanOrEqualTo(whole.calls().size());
        if (whole.complete() == whole.calls().size()) {
            for (List<String> call : whole.calls()) {
                assertThat(json(call.getLast()).isObject()).as(text).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ToolFormat.class)
    void a_spoiled_answer_is_the_same_message_however_it_comes(ToolFormat format) {
        Random random = new Random(format.name().hashCode());
        Mutation mutation = new Mutation(format.name().hashCode());
        for (int round = 0; round < 2000; round++) {
            isTheSameHoweverItComes(format, mutation.spoil(ANSWERS.get(round % ANSWERS.size())), random);
        }
    }

    @ParameterizedTest
    @EnumSource(ToolFormat.class)
    void markup_in_any_order_is_the_same_message_however_it_comes(ToolFormat format) {
        Random random = new Random(~format.name().hashCode());
        for (int round = 0; round < 3000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(20); i >= 0; i--) {
                text.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            isTheSameHoweverItComes(format, text.toString(), random);
        }
    }

    /// What goes on and on, and where it begins.
    record Endless(String begun, String more) {

        String text(int characters) {
            return begun + more.repeat(characters / more.length());
        }
    }

    static Stream<Endless> endless() {
        List<Endless> all = new ArrayList<>();
        PIECES.forEach(piece -> all.add(new Endless("", piece)));
        ANSWERS.forEach(answer -> all.add(new Endless("", answer)));
        ANSWERS.forEach(answer -> all.add(new Endless(answer.substring(0, answer.length() / 2), answer)));
        for (String begun : List.of(
                "<tool_call>",
                "<tool_call>{\"arguments\": \"",
                "<tool_call>{\"arguments\": {\"a\": \"",
                "<tool_call>{\"name\": \"now\", \"arguments\": {\"a\": \"",
                "<tool_call>{\"x\": [",
                "<tool_call>{\"x\": 1",
                "<tool_call>get_weather<arg_key>city</arg_key><arg_value>",
                "<tool_call>get_weather<arg_key>days</arg_key><arg_value>",
                "<function=get_weather><parameter=city>",
                "<function=get_weather><parameter=days>",
                "{\"name\": \"now\", \"parameters\": {\"a\": \"",
                "now\n",
                "[TOOL_CALLS]now[CALL_ID]",
                "[TOOL_CALLS][",
                "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>now<｜tool▁sep｜>{\"a\": \"",
                "<think>")) {
            for (String more :
                    List.of("x", " ", "\n", "a<tool_call>{", "</parameter", "</arg_value", "\\\"", "[", "1", "\",\"")) {
                all.add(new Endless(begun, more));
            }
        }
        for (String nested : List.of(
                "<tool_call>{\"x\": \"",
                "<tool_call>{\"x\": [",
                "<tool_call>{\"x\":{\"",
                "[TOOL_CALLS][{\"x\": \"",
                "<tool_call>\n\n\n\n\n\n\n\n\n\n",
                "<tool_call>now\n\n\n\n\n\n\n\n\n",
                "<function=now>\n\n\n\n\n\n\n\n")) {
            all.add(new Endless("", nested));
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("endless")
    void four_times_the_text_is_no_more_than_four_times_the_work_and_the_memory(Endless endless) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (ToolFormat format : ToolFormat.values()) {
            List<String> once = cut(endless.text(10_000), new Random(1), 7);
            List<String> often = cut(endless.text(40_000), new Random(1), 7);
            long begun = threads.getCurrentThreadAllocatedBytes();
            Message one = read(format, once);
            long read = threads.getCurrentThreadAllocatedBytes();
            Message other = read(format, often);
            long more = threads.getCurrentThreadAllocatedBytes() - read;

            assertThat(other.steps()).as("%s in %s", endless, format).isLessThan(5 * one.steps());
            assertThat(more).as("%s in %s", endless, format).isLessThan(6 * (read - begun));
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }
}
