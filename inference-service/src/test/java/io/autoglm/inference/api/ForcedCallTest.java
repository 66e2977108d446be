package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.grammar.CallMarkup;
import io.autoglm.inference.template.ChatTemplate;
import io.autoglm.inference.template.Rendering;
import io.autoglm.inference.text.AssistantDelta;
import io.autoglm.inference.text.AssistantMarkup;
import io.autoglm.inference.text.AssistantParser;
import io.autoglm.inference.text.Reasoning;
import io.autoglm.inference.text.ToolFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ForcedCallTest {

    private static final String HEAD = "{% for message in messages %}<|{{ message.role }}|>\n";
    private static final String CALL = """
            <tool_call>
            {"name": "{{ message.tool_calls[0].function.name }}", \
            "arguments": {{ message.tool_calls[0].function.arguments | tojson }}}
            </tool_call>""";
    private static final String TAIL = "{% endfor %}{% if add_generation_prompt %}<|assistant|>\n"
            + "{{ '' if enable_thinking is defined and not enable_thinking else '<think>\\n' }}{% endif %}";

    /// Writes an empty reasoning before a call.
    private static final String KEEPS =
            HEAD + "{% if message.tool_calls %}<think>\n\n</think>\n\n" + CALL + "{% endif %}" + TAIL;

    /// Leaves the reasoning of what is past away.
    private static final String DROPS = HEAD + "{% if message.tool_calls %}" + CALL + "{% endif %}" + TAIL;

    private static ObjectNode thinking(boolean enabled) {
        return JsonBody.MAPPER.createObjectNode().put("enable_thinking", enabled);
    }

    private static ChatTemplate template(String source) {
        return ChatTemplate.parse(source, Map.of(), Clock.systemUTC());
    }

    private static JsonNode json(String text) {
        try {
            return JsonBody.MAPPER.readTree(text);
        } catch (IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static final JsonNode TOOLS =
            json("[{\"type\":\"function\",\"function\":{\"name\":\"get_time\",\"parameters\":{}}}]");

    /// What a client sees when the model goes on as the opening wants it to.
    private static List<AssistantDelta> seen(String source, ObjectNode variables) {
        ChatTemplate template = template(source);
        String prompt = ((Rendering.Prompt)
                        template.render(json("[{\"role\":\"user\",\"content\":\"?\"}]"), TOOLS, true, variables))
                .text();
        String opening = ForcedCall.of(template, AssistantMarkup.ANY, TOOLS, variables)
                .orElseThrow()
                .opening("get_time");
        AssistantParser parser = new AssistantParser(
                TOOLS, AssistantMarkup.ANY, true, Reasoning.THINK.isOpenAt(prompt), Integer.MAX_VALUE);
        String rest = "{}}\n</tool_call>";
        WholeChoice.Builder read = new WholeChoice.Builder();
        Stream.of(parser.append(opening), parser.append(rest), parser.end())
                .flatMap(List::stream)
                .forEach(read::add);
        assertThat(read.build().content()).isEmpty();
        return List.copyOf(read.build().toolCalls());
    }

    @Test
    void a_call_is_opened_behind_the_reasoning_that_the_prompt_opens() {
        for (String source : List.of(KEEPS, DROPS)) {
            assertThat(seen(source, thinking(true)))
                    .as(source)
                    .containsExactly(new AssistantDelta.ToolCall(0, "get_time", "{}"));
        }
    }

    @Test
    void the_template_is_asked_with_the_variables_of_the_request() {
        ChatTemplate template = template(DROPS);

        assertThat(ForcedCall.of(template, AssistantMarkup.ANY, TOOLS, thinking(false)))
                .hasValueSatisfying(call -> assertThat(call.opening("get_time"))
                        .startsWith("<tool_call>\n{\"name\": \"get_time\"")
                        .doesNotContain("think"));
        assertThat(seen(DROPS, thinking(false))).containsExactly(new AssistantDelta.ToolCall(0, "get_time", "{}"));
    }

    @Test
    void a_template_without_calls_or_with_unreadable_ones_has_no_opening() throws IOException {
        assertThat(published("chatglm3.jinja")).isEmpty();
        assertThat(ForcedCall.of(template(HEAD + TAIL), AssistantMarkup.ANY, TOOLS, thinking(true)))
                .isEmpty();
    }

    /// Published templates: what they write is found out, not known.
    @Test
    void the_markup_of_a_family_is_what_its_own_template_writes() throws IOException {
        assertThat(published("glm-4.5.jinja")).hasValueSatisfying(call -> {
            assertThat(call.opening(null)).endsWith("<tool_call>");
            assertThat(call.opening("f")).endsWith("<tool_call>f");
            assertThat(call.markup())
                    .isEqualTo(new CallMarkup.Pairs(
                            "\n</tool_call>",
                            "\n<arg_key>",
                            "</arg_key>\n<arg_value>",
                            "</arg_value>\n<arg_key>",
                            "</arg_value>\n</tool_call>"));
        });
        assertThat(published("qwen-2.5.jinja")).hasValueSatisfying(call -> {
            assertThat(call.opening("f")).endsWith("<tool_call>\n{\"name\": \"f\", \"arguments\":");
            assertThat(call.markup()).isEqualTo(new CallMarkup.Json("\", \"arguments\": ", "}\n</tool_call>"));
        });
        assertThat(published("glm-4.jinja")).hasValueSatisfying(call -> {
            assertThat(call.opening("f")).endsWith("f");
            assertThat(call.markup()).isEqualTo(new CallMarkup.Json("\n", ""));
        });
        assertThat(published("llama-3.jinja")).hasValueSatisfying(call -> {
            assertThat(call.opening("f")).endsWith("{\"name\": \"f\", \"parameters\":");
            assertThat(call.markup()).isEqualTo(new CallMarkup.Json("\", \"parameters\": ", "}"));
        });
        assertThat(published("mistral.jinja")).hasValueSatisfying(call -> {
            assertThat(call.opening("f")).endsWith("[TOOL_CALLS] [{\"name\": \"f\", \"arguments\":");
            assertThat(call.markup()).isEqualTo(new CallMarkup.Json("\", \"arguments\": ", "}]"));
        });
        assertThat(forced("{% for message in messages %}[INST]{{ message.content }}[/INST]"
                        + "{% for call in message.tool_calls %}[TOOL_CALLS]{{ call.function.name }}[ARGS]"
                        + "{{ call.function.arguments | tojson }}{% endfor %}{% endfor %}"))
                .hasValueSatisfying(call -> assertThat(call.markup()).isEqualTo(new CallMarkup.Json("[ARGS]", "")));
        assertThat(forced(HEAD
                        + "{% for call in message.tool_calls %}<tool_call>\n<function={{ call.function.name }}>\n"
                        + "{% for key, value in call.function.arguments | items %}<parameter={{ key }}>\n{{ value }}\n"
                        + "</parameter>\n{% endfor %}</function>\n</tool_call>{% endfor %}{% endfor %}"
                        + "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"))
                .hasValueSatisfying(call -> {
                    assertThat(call.opening("f")).endsWith("<tool_call>\n<function=f>");
                    assertThat(call.markup())
                            .isEqualTo(new CallMarkup.Pairs(
                                    ">\n</function>\n</tool_call>",
                                    ">\n<parameter=",
                                    ">\n",
                                    "\n</parameter>\n<parameter=",
                                    "\n</parameter>\n</function>\n</tool_call>"));
                });
    }

    private static Optional<ForcedCall> published(String name) throws IOException {
        try (var in = ForcedCallTest.class.getResourceAsStream("/templates/" + name)) {
            String source = new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
            return forced(source);
        }
    }

    private static Optional<ForcedCall> forced(String source) {
        return ForcedCall.of(
                ChatTemplate.parse(source, Map.of("bos_token", "<s>", "eos_token", "</s>"), Clock.systemUTC()),
                AssistantMarkup.of(source, ToolFormat.AUTO),
                TOOLS,
                JsonBody.MAPPER.createObjectNode());
    }
}
