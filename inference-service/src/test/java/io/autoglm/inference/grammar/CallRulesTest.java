package io.autoglm.inference.grammar;

import static io.autoglm.inference.grammar.Answers.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.sampling.InvalidParameterException;
import io.autoglm.inference.text.AssistantDelta;
import io.autoglm.inference.text.AssistantMarkup;
import io.autoglm.inference.text.AssistantParser;
import io.autoglm.inference.text.Reasoning;
import io.autoglm.inference.text.TokenBytes;
import io.autoglm.inference.text.ToolFormat;
import io.autoglm.inference.text.Vocabularies;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls that a model without any sense writes, read as those of any model are.
class CallRulesTest {

    private static final TokenBytes TOKENS = Vocabularies.byteLevel(
            List.of(
                    "{\"",
                    "\":",
                    "\"}",
                    "}}",
                    "true",
                    "null",
                    "12",
                    "-1",
                    "name",
                    "</",
                    "arg_",
                    "value>",
                    "你好",
                    "a<",
                    "</parameter>",
                    "\n</",
                    "1\n"),
            List.of("<tool_call>", "</tool_call>", "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>"));
    private static final AnswerFormat FORMAT = new AnswerFormat(TOKENS, List.of(TOKENS.size() - 2), "</think>");

    private static final Family GLM_4_5 = new Family(
            "\n<tool_call>",
            new CallMarkup.Pairs(
                    "\n</tool_call>",
                    "\n<arg_key>",
                    "</arg_key>\n<arg_value>",
                    "</arg_value>\n<arg_key>",
                    "</arg_value>\n</tool_call>"));
    private static final Family HERMES =
            new Family("<tool_call>\n{\"name\": \"", new CallMarkup.Json("\", \"arguments\": ", "}\n</tool_call>"));

    private static final Family QWEN_CODER = new Family(
            "<tool_call>\n<function=",
            new CallMarkup.Pairs(
                    ">\n</function>\n</tool_call>",
                    ">\n<parameter=",
                    ">\n",
                    "\n</parameter>\n<parameter=",
                    "\n</parameter>\n</function>\n</tool_call>"),
            ToolFormat.QWEN_CODER);

    /// And GLM-4, and one whose separators are all different.
    static List<Family> families() {
        return List.of(
                new Family("", new CallMarkup.Json("\n", "")),
                HERMES,
                GLM_4_5,
                new Family(
                        "<tool_call>",
                        new CallMarkup.Pairs(
                                "</tool_call>",
                                "\n <arg_key>",
                                "</arg_key><arg_value>",
                                "</arg_value><arg_key>",
                                "</arg_value>\n\n</tool_call>")),
                QWEN_CODER,
                new Family("{\"name\": \"", new CallMarkup.Json("\", \"parameters\": ", "}"), ToolFormat.LLAMA),
                new Family(
                        "[TOOL_CALLS] [{\"name\": \"",
                        new CallMarkup.Json("\", \"arguments\": ", "}]"),
                        ToolFormat.MISTRAL),
                new Family("[TOOL_CALLS]", new CallMarkup.Json("[ARGS]", ""), ToolFormat.MISTRAL),
                new Family("[TOOL_CALLS]", new CallMarkup.Json("", ""), ToolFormat.MISTRAL),
                new Family(
                        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>",
                        new CallMarkup.Json("<｜tool▁sep｜>", "<｜tool▁call▁end｜><｜tool▁calls▁end｜>"),
                        ToolFormat.DEEPSEEK));
    }

    /// @param beginning of a call, up to the name
    record Family(String beginning, CallMarkup markup, ToolFormat format) {

        Family(String beginning, CallMarkup markup) {
            this(beginning, markup, ToolFormat.AUTO);
        }

        AssistantDelta.ToolCall called(JsonNode tools, @Nullable String chosen, int more, Random random) {
            int budget = CallRules.compile(markup, tools, chosen).shortestAnswer() + 1 + more;
            StringBuilder text = new StringBuilder(beginning);
            text.append(chosen == null ? "" : chosen + markup.certain());
            Answers.sample(
                    TOKENS, FORMAT.call(markup, tools, chosen).constraint(budget, "max_tokens"), budget, text, random);
            AssistantParser parser = new AssistantParser(
                    tools, new AssistantMarkup(format, Reasoning.THINK), true, false, Integer.MAX_VALUE);
            List<AssistantDelta> read = new ArrayList<>(parser.append(text.toString()));
            read.addAll(parser.end());
            assertThat(read).as("%s for %s", text, tools).singleElement().isInstanceOf(AssistantDelta.ToolCall.class);
            return (AssistantDelta.ToolCall) read.getFirst();
        }
    }

    private static ArrayNode tools(boolean strict, JsonNode... parameters) {
        ArrayNode tools = JsonNodeFactory.instance.arrayNode();
        for (JsonNode schema : parameters) {
            ObjectNode function = tools.addObject().putObject("function").put("name", name(tools.size() - 1));
            function.put("strict", strict).set("parameters", schema);
        }
        return tools;
    }

    private static String name(int index) {
        return "get_" + (char) ('a' + index % 26) + "/" + index;
    }

    @ParameterizedTest
    @MethodSource("families")
    void whatever_the_schema_a_model_without_any_sense_makes_a_call_that_is_read_and_valid(Family family) {
        Random random = new Random(51);
        RandomSchemas schemas = new RandomSchemas(random);
        int made = 0;
        for (int run = 0; run < 150; run++) {
            ArrayNode tools = tools(true, schemas.sensible(), schemas.arguments(), schemas.arguments());
            String chosen = random.nextBoolean() ? null : name(random.nextInt(3));
            try {
                CallRules.compile(family.markup, tools, chosen);
            } catch (InvalidParameterException e) {
                continue;
            }
            for (int answers = 0; answers < 3; answers++) {
                AssistantDelta.ToolCall call = family.called(tools, chosen, random.nextInt(100), random);

                assertThat(call.name()).isIn(chosen == null ? List.of(name(0), name(1), name(2)) : List.of(chosen));
                JsonNode schema = tools.findParents("name").stream()
                        .filter(function -> function.path("name").asText().equals(call.name()))
                        .findFirst()
                        .orElseThrow()
                        .path("parameters");
                assertThat(new SchemaCheck(schema).holds(read(call.arguments())))
                        .as("%s for %s", call, schema)
                        .isTrue();
                made++;
            }
        }
        assertThat(made).isGreaterThan(150);
    }

    @ParameterizedTest
    @MethodSource("families")
    void a_tool_that_says_nothing_of_its_arguments_gets_an_object(Family family) {
        Random random = new Random(53);
        ArrayNode tools = tools(true, read("{}"));
        tools.addObject().putObject("function").put("name", "ping");
        for (int run = 0; run < 100; run++) {
            String chosen = run % 2 == 0 ? null : "ping";

            AssistantDelta.ToolCall call = family.called(tools, chosen, random.nextInt(60), random);

            assertThat(read(call.arguments()).isObject()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void what_of_a_schema_is_not_kept_is_left_out_but_refused_where_the_tool_is_strict(Family family) {
        JsonNode schema = read("""
                {"type":"object","required":["n","s","o"],"properties":{"n":{"type":"integer","minimum":3},
                 "s":{"enum":["a","b"],"minLength":1,"pattern":"."},
                 "o":{"oneOf":[{"type":"integer"},{"type":"number"}]},"bad":{"type":"float","required":true}}}""");
        Random random = new Random(57);
        for (int run = 0; run < 100; run++) {
            JsonNode arguments = read(family.called(tools(false, schema), null, random.nextInt(60), random)
                    .arguments());

            assertThat(arguments.path("n").isIntegralNumber())
                    .as(arguments.toString())
                    .isTrue();
            assertThat(arguments.path("s").textValue()).isIn("a", "b");
            assertThat(arguments.path("o").isNumber()).isTrue();
        }
        assertThatThrownBy(() -> FORMAT.call(family.markup, tools(true, read("{}"), schema), null))
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        e -> assertThat(e.param()).isEqualTo("tools[1].function.parameters"))
                .hasMessageStartingWith("tools[1].function.parameters: the schema at #/properties/n")
                .hasMessageContaining("minimum");
        assertThat(FORMAT.call(family.markup, tools(true, read("{}"), schema), name(0)))
                .as("it is another that is called")
                .isNotNull();
    }

    @ParameterizedTest
    @MethodSource("families")
    void a_hundred_tools_of_twenty_arguments_are_kept(Family family) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
        for (int i = 0; i < 20; i++) {
            schema.withObjectProperty("properties")
                    .putObject("argument_" + i)
                    .put("type", i % 2 == 0 ? "string" : "integer");
            schema.withArrayProperty("required").add("argument_" + i);
        }
        JsonNode[] all = new JsonNode[100];
        Arrays.fill(all, schema);

        AssistantDelta.ToolCall call = family.called(tools(true, all), null, 20, new Random(59));

        assertThat(new SchemaCheck(schema).holds(read(call.arguments()))).isTrue();
    }

    @Test
    void what_the_reader_would_take_for_a_number_is_not_written_for_a_string() {
        ArrayNode tools = tools(true, read("""
                {"type":"object","required":["v"],"properties":{"v":{"anyOf":[
                 {"type":"string","enum":["5","true","five","null "]},{"type":"integer","enum":[7]},{"type":"null"}]}}}"""));
        Random random = new Random(61);
        List<String> seen = new ArrayList<>();
        for (int run = 0; run < 200; run++) {
            seen.add(read(GLM_4_5.called(tools, null, 30, random).arguments())
                    .path("v")
                    .toString());
        }

        assertThat(seen).contains("7", "null", "\"five\"", "\"true\"").doesNotContain("5", "\"5\"", "\"null \"");
    }

    /// Whether Qwen3-Coder may write the value for an argument of that schema.
    private static boolean writes(String value, String schema) {
        ArrayNode tools = tools(
                true,
                read("{\"type\":\"object\",\"required\":[\"s\"],\"properties\":{\"s\":" + schema + "},"
                        + "\"additionalProperties\":false}"));
        var constraint = FORMAT.call(QWEN_CODER.markup, tools, null).constraint(1000, "max_tokens");
        long[] mask = new long[(TOKENS.size() + 63) / 64];
        String call = name(0) + ">\n<parameter=s>\n" + value + "\n</parameter>\n</function>\n</tool_call>";
        for (byte next : call.getBytes(StandardCharsets.UTF_8)) {
            constraint.allow(mask, 1000);
            if (!Answers.has(mask, next & 0xff)) {
                return false;
            }
            constraint.accept(next & 0xff);
        }
        return true;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'string'}",
                "{'type':'string','minLength':1}",
                "{'type':'string','maxLength':100}",
                "{'type':'string','minLength':2,'maxLength':100}",
                "{'type':['string','integer']}",
                "{'type':['string','integer','array'],'minLength':2}",
                "{'enum':['a','a</parameter>b','a\n</parameter>','two\nlines','\nb\n','a </parameter> b']}"
            })
    void what_the_reader_takes_for_the_end_of_a_value_is_nowhere_else_in_it(String schema) {
        String json = schema.replace('\'', '"').replace("\n", "\\n");

        assertThat(writes("two\nlines", json)).isTrue();
        for (String cut : List.of("a</parameter>b", "a\n</parameter>", "a </parameter> b", "two\n</parameter>\nb")) {
            assertThat(writes(cut, json)).as(cut).isFalse();
        }
    }

    @Test
    void strings_have_line_breaks_and_tags_of_other_kinds() {
        for (String schema : List.of("{\"type\":\"string\"}", "{\"type\":\"string\",\"minLength\":1}")) {
            for (String value : List.of("a < b", "if\n<b>x</b>\n</p\n<</parameter", "x\n\n", "é\n你")) {
                assertThat(writes(value, schema)).as(value).isTrue();
            }
        }
        assertThat(writes("", "{\"type\":\"string\"}")).isTrue();
        assertThat(writes("", "{\"type\":\"string\",\"minLength\":1}")).isFalse();
        assertThat(writes("one\n\n", "{\"type\":\"string\",\"maxLength\":5}")).isTrue();
        assertThat(writes("one\ntwo", "{\"type\":\"string\",\"maxLength\":5}")).isFalse();
        assertThat(writes("", "{\"type\":[\"string\",\"integer\"]}")).isTrue();
        assertThat(writes("true<x", "{\"type\":[\"string\",\"boolean\"]}")).isTrue();
    }

    @Test
    void the_marks_of_a_vocabulary_may_be_written_as_tokens() {
        ArrayNode tools = tools(true, read("{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}"));
        long[] mask = new long[(TOKENS.size() + 63) / 64];
        var constraint = FORMAT.call(GLM_4_5.markup, tools, name(0)).constraint(100, "max_tokens");

        constraint.allow(mask, 100);
        constraint.accept('\n');
        constraint.allow(mask, 99);

        int mark = TOKENS.size() - 2 - 5;
        assertThat(new String(TOKENS.bytes(mark), StandardCharsets.UTF_8)).isEqualTo("</tool_call>");
        assertThat(Answers.has(mask, mark)).isTrue();
    }

    @Test
    void a_name_that_no_reader_of_calls_takes_cannot_be_called() {
        ArrayNode tools = tools(true, read("{}"));
        tools.addObject().putObject("function").put("name", "no name");

        assertThat(HERMES.called(tools, null, 20, new Random(3)).name()).isEqualTo(name(0));
        assertThatThrownBy(() -> FORMAT.call(HERMES.markup, tools, "no name"))
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        e -> assertThat(e.param()).isEqualTo("tool_choice"));
    }
}
