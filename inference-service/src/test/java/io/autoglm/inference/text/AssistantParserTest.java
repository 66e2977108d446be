package io.autoglm.inference.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.inference.text.AssistantDelta.Content;
import io.autoglm.inference.text.AssistantDelta.Reasoning;
import io.autoglm.inference.text.AssistantDelta.ToolCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AssistantParserTest {

    private static final JsonNode TOOLS = json("""
            [{"type":"function","function":{"name":"get_weather","parameters":{"type":"object",
               "properties":{"city":{"type":"string"},"days":{"type":"integer"},"exact":{"type":"boolean"},
                 "ratio":{"type":"number"},"tags":{"type":"array"},"at":{"$ref":"#/$defs/point"},
                 "unit":{"enum":["c","f"]},"maybe":{"anyOf":[{"type":"string"},{"type":"null"}]},"free":{}},
               "$defs":{"point":{"type":"object"}}}}},
             {"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{}}}}]
            """);

    private static final List<String> ANSWERS = List.of(
            "Hello, world! 你好 😀",
            "",
            "  leading and trailing \n",
            "<think>\nTwo and two.\n</think>\n\nFour",
            "<think></think>\nNo thought",
            "<think>never closed < </thin",
            "\n <think>a</think>b<think>c</think>",
            "<thin air>",
            "1 < 2 <tool_ <tool_callx",
            "<tool_call>now\n</tool_call>",
            "<tool_call>now</tool_call>",
            "<think>look</think>\nOne moment.\n<tool_call>get_weather\n" + pair("city", "北京") + pair("days", "3")
                    + "</tool_call>\n<tool_call>now\n</tool_call>\n",
            "<tool_call>get_weather<arg_key>city</arg_key><arg_value>a </tool_call> <arg_key> b\n</arg_value></tool_call>done",
            "<tool_call>get_weather\nno pairs</tool_call> after",
            "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>cut off",
            "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"</tool_call>}\", \"n\": 1.10}}\n</tool_call>",
            "<tool_call>{\"name\": \"now\"}</tool_call><tool_call>{\"name\": 5}</tool_call>tail",
            "<tool_call>{broken}</tool_call>",
            "<tool_call>bad name <tool_call>now\n</tool_call>",
            "get_weather\n{\"city\": \"Paris\"}",
            "get_weather\n{\"city\": \"Paris\"}\nnow\n{}",
            "get_weather is a tool",
            "get_weather\n{\"city\": ",
            "now\nor never",
            "{\"name\": \"now\", \"parameters\": {}}",
            "{\"name\": \"Ann\", \"age\": 3}",
            "{\"answer\": 42}",
            "{ \"type\": \"function\", \"name\": \"now\", \"parameters\": {\"a\": [1, {}]}} ");

    /// Of a model whose markup is not known.
    private static AssistantParser parser(
            @Nullable JsonNode tools, boolean separateReasoning, boolean insideReasoning) {
        return new AssistantParser(tools, AssistantMarkup.ANY, separateReasoning, insideReasoning, Integer.MAX_VALUE);
    }

    static Stream<String> answers() {
        return ANSWERS.stream();
    }

    @Test
    void plain_text_is_content_as_it_is() {
        assertThat(whole("  a\n b ", null)).containsExactly(new Content("  a\n b "));
        assertThat(whole("  a\n b ", TOOLS)).containsExactly(new Content("  a\n b "));
    }

    @Test
    void reasoning_goes_its_own_way_without_the_lines_around_it() {
        assertThat(whole("<think>\nTwo and\n two.\n</think>\n\nFour", null))
                .containsExactly(new Reasoning("Two and\n two."), new Content("Four"));
    }

    @Test
    void reasoning_that_the_prompt_has_opened_needs_no_opening() {
        assertThat(io.autoglm.inference.text.Reasoning.THINK.isOpenAt("<|assistant|>\n<think>\n"))
                .isTrue();
        assertThat(io.autoglm.inference.text.Reasoning.THINK.isOpenAt("<|assistant|>\n<think></think>\n"))
                .isFalse();
        AssistantParser parser = parser(null, true, true);

        List<AssistantDelta> deltas = merged(List.of(parser.append("deep</think>answer"), parser.end()));

        assertThat(deltas).containsExactly(new Reasoning("deep"), new Content("answer"));
    }

    @Test
    void reasoning_stays_in_the_content_when_it_is_not_to_be_separated() {
        AssistantParser parser = parser(null, false, false);

        assertThat(merged(List.of(parser.append("<think>a</think>b"), parser.end())))
                .containsExactly(new Content("<think>a</think>b"));
    }

    @Test
    void glm_calls_are_typed_by_the_schema_of_the_tool() {
        String call = "<tool_call>get_weather\n" + pair("city", "5") + pair("days", "5") + pair("exact", "True")
                + pair("ratio", "1.10") + pair("tags", "[\"a\", 2]") + pair("at", "{\"lat\": 39.9}") + pair("unit", "c")
                + pair("maybe", "null") + pair("free", "7") + pair("other", "plain words") + "</tool_call>";

        assertThat(whole(call, TOOLS))
                .containsExactly(new ToolCall(
                        0,
                        "get_weather",
                        "{\"city\":\"5\",\"days\":5,\"exact\":true,\"ratio\":1.10,\"tags\":[\"a\", 2],\"at\":{\"lat\": 39.9},"
                                + "\"unit\":\"c\",\"maybe\":null,\"free\":7,\"other\":\"plain words\"}"));
    }

    @Test
    void a_value_that_does_not_fit_its_schema_is_given_as_the_string_it_is() {
        assertThat(whole("<tool_call>get_weather\n" + pair("days", "five") + "</tool_call>", TOOLS))
                .containsExactly(new ToolCall(0, "get_weather", "{\"days\":\"five\"}"));
        assertThat(whole("<tool_call>get_weather\n" + pair("city", "\"a\"\n b") + "</tool_call>", TOOLS))
                .containsExactly(new ToolCall(0, "get_weather", "{\"city\":\"\\\"a\\\"\\n b\"}"));
    }

    @Test
    void calls_without_arguments_and_several_calls_are_all_given() {
        assertThat(whole("Wait.\n<tool_call>now\n</tool_call>\n<tool_call>now</tool_call>", TOOLS))
                .containsExactly(new Content("Wait."), new ToolCall(0, "now", "{}"), new ToolCall(1, "now", "{}"));
    }

    @Test
    void a_value_may_hold_any_markup_but_its_own_end() {
        assertThat(whole("<tool_call>get_weather\n" + pair("city", "a</tool_call><arg_key>b") + "</tool_call>", TOOLS))
                .containsExactly(new ToolCall(0, "get_weather", "{\"city\":\"a</tool_call><arg_key>b\"}"));
    }

    @Test
    void json_between_the_tags_is_a_call_too() {
        assertThat(whole("<tool_call>\n{\"name\": \"now\", \"arguments\": {\"a\": 1.10}}\n</tool_call>", TOOLS))
                .containsExactly(new ToolCall(0, "now", "{\"a\":1.10}"));
    }

    @Test
    void a_name_on_its_own_line_and_an_object_is_a_call_of_glm_4() {
        assertThat(whole("get_weather\n{\"city\": \"Paris\"}\nnow\n{}", TOOLS))
                .containsExactly(new ToolCall(0, "get_weather", "{\"city\":\"Paris\"}"), new ToolCall(1, "now", "{}"));
    }

    @Test
    void an_object_that_names_a_tool_is_a_call_and_any_other_is_content() {
        assertThat(whole("{\"name\": \"now\", \"parameters\": {}}", TOOLS))
                .containsExactly(new ToolCall(0, "now", "{}"));
        assertThat(whole("{\"name\": \"Ann\", \"parameters\": {}}", TOOLS))
                .containsExactly(new Content("{\"name\": \"Ann\", \"parameters\": {}}"));
    }

    @Test
    void json_that_is_no_call_is_not_kept_back() {
        AssistantParser parser = parser(TOOLS, true, false);

        assertThat(merged(List.of(parser.append("{\"answer\": 4")))).containsExactly(new Content("{\"answer\": 4"));
    }

    @Test
    void broken_markup_is_content_to_the_last_character() {
        for (String broken : List.of(
                "<tool_call>get_weather\nno pairs</tool_call> after",
                "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_val",
                "<tool_call>{broken}</tool_call>",
                "<tool_call>",
                "a <tool_ca",
                "{\"name\": \"now\", \"param",
                "now\nor never")) {
            assertThat(whole(broken, TOOLS)).as(broken).containsExactly(new Content(broken));
        }
    }

    @Test
    void a_call_behind_a_broken_one_is_still_a_call() {
        assertThat(whole("<tool_call>bad name! <tool_call>now\n</tool_call>", TOOLS))
                .containsExactly(new Content("<tool_call>bad name!"), new ToolCall(0, "now", "{}"));
    }

    @Test
    void markup_is_plain_text_for_a_request_without_tools() {
        String call = "<tool_call>now\n</tool_call>";

        assertThat(whole(call, null)).containsExactly(new Content(call));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void the_message_is_the_same_however_the_text_is_cut(String answer) {
        List<AssistantDelta> expected = whole(answer, TOOLS);

        List<List<String>> wrong = new ArrayList<>();
        for (int first = 0; first <= answer.length(); first++) {
            int last = answer.length() <= 60 ? answer.length() : Math.min(answer.length(), first + 8);
            for (int second = first; second <= last; second++) {
                List<String> pieces =
                        List.of(answer.substring(0, first), answer.substring(first, second), answer.substring(second));
                if (!parsed(pieces).equals(expected)) {
                    wrong.add(pieces);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(parsed(answer.chars().mapToObj(Character::toString).toList()))
                .isEqualTo(expected);
    }

    private static final List<String> PIECES = List.of(
            "<",
            ">",
            "<tool_call>",
            "</tool_call>",
            "<arg_key>",
            "</arg_key>",
            "<arg_value>",
            "now",
            "\n",
            " ",
            "{",
            "}",
            "\"name\"",
            ":",
            "get_weather",
            "x",
            "<think>",
            "</think>",
            "é",
            "<tool",
            "_call>",
            "<tool_call>{\"name\":\"now\",\"arguments\":",
            "{\"name\":\"now\",\"parameters\":",
            "get_weather\n{",
            "{\"a\":",
            "\"",
            "'",
            ",",
            "17",
            "True",
            "true",
            "}}",
            "\\");

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(14); i >= 0; i--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }

    @Test
    void no_text_without_a_whole_call_loses_a_character_that_is_no_whitespace() {
        Random random = new Random(5);
        int begun = 0;
        for (int run = 0; run < 20_000; run++) {
            String text = randomText(random);
            AssistantParser parser = parser(TOOLS, false, false);
            List<AssistantDelta> deltas = merged(List.of(parser.append(text), parser.end()));
            assertThat(parsedWithoutReasoning(text, random)).as(text).isEqualTo(deltas);
            if (parser.toolCalls() == 0 && deltas.stream().noneMatch(ToolCall.class::isInstance)) {
                assertThat(contentOf(deltas)).as(text).isEqualTo(text);
            } else if (parser.toolCalls() == 0) {
                begun += surelyToldAllOfTheCall(text, deltas) ? 1 : 0;
            }
        }
        assertThat(begun).isGreaterThan(500);
    }

    /// Of one call in JSON that has no end: between the content before and behind it stands, whitespace
    /// aside, what was told.
    ///
    /// @return whether it is one in JSON, and the only one
    private static boolean surelyToldAllOfTheCall(String text, List<AssistantDelta> deltas) {
        List<ToolCall> calls = deltas.stream()
                .filter(ToolCall.class::isInstance)
                .map(ToolCall.class::cast)
                .toList();
        if (calls.size() > 1) {
            return false;
        }
        int at = deltas.indexOf(calls.getFirst());
        String bare = bare(text);
        String before = bare(contentOf(deltas.subList(0, at)));
        String behind = bare(contentOf(deltas.subList(at, deltas.size())));
        assertThat(bare).as(text).startsWith(before).endsWith(behind);
        String call = bare.substring(before.length(), bare.length() - behind.length());
        boolean json = call.matches("(?s).*(\"name\"|get_weather\\{).*") && !behind.isEmpty();
        if (json) {
            String told = bare(calls.getFirst().arguments());
            assertThat(call.replace("True", "true"))
                    .as(text)
                    .endsWith(told.replace("\\n", "").replace("True", "true"));
        }
        return json;
    }

    private static String bare(String text) {
        return text.replaceAll("\\s", "");
    }

    @Test
    void a_whole_answer_without_a_whole_call_is_content_to_the_last_character() {
        Random random = new Random(7);
        int calls = 0;
        for (int run = 0; run < 20_000; run++) {
            String text = randomText(random);
            AssistantParser parser = parser(TOOLS, false, false);
            parser.tellWholeCalls();
            List<AssistantDelta> deltas = merged(List.of(parser.append(text), parser.end()));

            assertThat(deltas.stream().filter(ToolCall.class::isInstance))
                    .as(text)
                    .hasSize(parser.toolCalls());
            calls += parser.toolCalls();
            if (parser.toolCalls() == 0) {
                assertThat(contentOf(deltas)).as(text).isEqualTo(text);
            }
        }
        assertThat(calls).isGreaterThan(50);
    }

    @Test
    void a_call_that_breaks_is_content_in_a_whole_answer_and_the_rest_of_it_in_a_stream() {
        String broken = "<tool_call>{\"name\":\"now\",\"arguments\":{\"a\": nil}}</tool_call>";

        assertThat(whole(broken, TOOLS))
                .containsExactly(new ToolCall(0, "now", "{\"a\":"), new Content("nil}}</tool_call>"));
        assertThat(unstreamed(broken)).containsExactly(new Content(broken));
        assertThat(unstreamed("One.\n" + broken + "\n<tool_call>now</tool_call>"))
                .containsExactly(new Content("One.\n" + broken), new ToolCall(0, "now", "{}"));
        assertThat(unstreamed("<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>cut off"))
                .containsExactly(new Content("<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>cut off"));
    }

    @Test
    void the_words_of_python_are_those_of_json() {
        assertThat(whole(
                        "<tool_call>{\"name\":\"now\",\"arguments\":{\"a\": True, \"b\": [None, False]}}</tool_call>",
                        TOOLS))
                .containsExactly(new ToolCall(0, "now", "{\"a\":true,\"b\":[null,false]}"));
    }

    @Test
    void what_closes_a_call_is_no_content_where_the_tag_behind_it_is_missing() {
        String call = "{\"name\":\"now\",\"arguments\":{}}";

        assertThat(whole("<tool_call>" + call + "\n<tool_call>" + call + "</tool_call>", TOOLS))
                .containsExactly(new ToolCall(0, "now", "{}"), new ToolCall(1, "now", "{}"));
    }

    @Test
    void the_character_that_breaks_a_call_behind_a_number_is_content_too() {
        assertThat(whole("<tool_call>{\"name\":\"now\",\"arguments\":{\"a\":1'}}", TOOLS))
                .containsExactly(new ToolCall(0, "now", "{\"a\":1"), new Content("'}}"));
    }

    private static List<AssistantDelta> unstreamed(String answer) {
        AssistantParser parser = parser(TOOLS, true, false);
        parser.tellWholeCalls();
        return merged(List.of(parser.append(answer), parser.end()));
    }

    private static String contentOf(List<AssistantDelta> deltas) {
        StringBuilder content = new StringBuilder();
        deltas.forEach(delta -> content.append(delta instanceof Content(String part) ? part : ""));
        return content.toString();
    }

    private static List<AssistantDelta> parsedWithoutReasoning(String text, Random random) {
        AssistantParser parser = parser(TOOLS, false, false);
        List<List<AssistantDelta>> deltas = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int end = Math.min(text.length(), at + 1 + random.nextInt(5));
            deltas.add(parser.append(text.substring(at, end)));
            at = end;
        }
        deltas.add(parser.end());
        return merged(deltas);
    }

    private static List<AssistantDelta> parsed(List<String> pieces) {
        AssistantParser parser = parser(TOOLS, true, false);
        List<List<AssistantDelta>> deltas = new ArrayList<>();
        pieces.forEach(piece -> deltas.add(parser.append(piece)));
        deltas.add(parser.end());
        return merged(deltas);
    }

    private static List<AssistantDelta> whole(String answer, @Nullable JsonNode tools) {
        AssistantParser parser = parser(tools, true, false);
        return merged(List.of(parser.append(answer), parser.end()));
    }

    /// As a client puts the pieces together.
    private static List<AssistantDelta> merged(List<List<AssistantDelta>> pieces) {
        List<AssistantDelta> merged = new ArrayList<>();
        for (AssistantDelta delta : pieces.stream().flatMap(List::stream).toList()) {
            AssistantDelta last = merged.isEmpty() ? null : merged.getLast();
            if (last instanceof Content(String before) && delta instanceof Content(String after)) {
                merged.set(merged.size() - 1, new Content(before + after));
            } else if (last instanceof Reasoning(String before) && delta instanceof Reasoning(String after)) {
                merged.set(merged.size() - 1, new Reasoning(before + after));
            } else if (last instanceof ToolCall(int index, String name, String before)
                    && delta instanceof AssistantDelta.Arguments(int same, String more)) {
                assertThat(same).isEqualTo(index);
                merged.set(merged.size() - 1, new ToolCall(index, name, before + more));
            } else {
                merged.add(delta);
            }
        }
        return merged;
    }

    private static String pair(String key, String value) {
        return "<arg_key>" + key + "</arg_key>\n<arg_value>" + value + "</arg_value>\n";
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
