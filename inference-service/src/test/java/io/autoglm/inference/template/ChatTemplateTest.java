package io.autoglm.inference.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.model.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
                "{% for a in range(99999) %}{{ range(99999) | join }}{% endfor %}",
                "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                "{% set ns = namespace(l=[1]) %}{% for i in range(100) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
                "{{ 'x' * 9999999999 }}",
                "{{ '%9999999d' % 5 }}",
                "{{ 9 ** 9 ** 9 }}",
                "{{ range(1, 999999999) }}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
                "{{ 'x'.ljust(2000000000) }}",
                "{{ ['a'] * 100000000 }}",
                "{{ range(-9223372036854775807, 9223372036854775807) }}",
                "{{ range(9223372036854775807, -9223372036854775807, -1) }}",
                "{% for i in range(90000) %}{% set x = ('a ' * 100000).split() %}{% endfor %}",
                "{% set s = 'a ' * 100000 %}{% for i in range(90000) %}{% set x = s.upper() %}{% endfor %}",
                "{% set s = 'a ' * 100000 %}{% for i in range(90000) %}{% set x = s[1:] %}{% endfor %}"
            })
    void a_hostile_template_fails_instead_of_hanging_or_filling_the_memory(String source) {
        assertThat(render(source)).isInstanceOf(Rendering.Failed.class);
    }

    @Test
    @Timeout(20)
    void splitting_a_long_text_takes_time_in_proportion_to_it() {
        assertThat(render("{{ ('a ' * 1000000).split() | length }}")).isEqualTo(new Rendering.Prompt("1000000"));
        assertThat(render("{{ ('a ' * 1000000).rsplit() | length }}")).isEqualTo(new Rendering.Prompt("1000000"));
        assertThat(render("{{ ('a,' * 1000000).rsplit(',') | length }}")).isEqualTo(new Rendering.Prompt("1000001"));
    }

    @Test
    void splits_are_pythons() {
        assertThat(render("{{ '  a b  c '.split() | join('|') }}")).isEqualTo(new Rendering.Prompt("a|b|c"));
        assertThat(render("{{ '  a b  c '.split(none, 1) | join('|') }}")).isEqualTo(new Rendering.Prompt("a|b  c "));
        assertThat(render("{{ '  a b  c '.rsplit(none, 1) | join('|') }}")).isEqualTo(new Rendering.Prompt("  a b|c"));
        assertThat(render("{{ 'a,b,c'.rsplit(',', 1) | join('|') }}")).isEqualTo(new Rendering.Prompt("a,b|c"));
        assertThat(render("{{ ''.split() | length }}{{ ' '.rsplit() | length }}"))
                .isEqualTo(new Rendering.Prompt("00"));
    }

    @Test
    void slices_and_ranges_are_pythons_at_their_bounds() {
        assertThat(render(
                        "{{ 'a😀bc'[1:3] }}|{{ 'a😀bc'[::-1] }}|{{ 'a😀bc'[-2:] }}|{{ 'abc'[2:1] }}|{{ 'abcd'[::3] }}"))
                .isEqualTo(new Rendering.Prompt("😀b|cb😀a|bc||ad"));
        assertThat(render("{{ 'abc'[::9223372036854775807] }}{{ [1,2][::-9223372036854775807] }}"))
                .isEqualTo(new Rendering.Prompt("a[2]"));
        assertThat(render("{{ range(9223372036854775805, 9223372036854775807) | list | length }}"))
                .isEqualTo(new Rendering.Prompt("2"));
        assertThat(render("{{ range(5, -9223372036854775807) | list | length }}"))
                .isEqualTo(new Rendering.Prompt("0"));
        assertThat(render(
                        "{{ range(-9223372036854775807, 9223372036854775807, 4611686018427387904) | list | length }}"))
                .isEqualTo(new Rendering.Prompt("4"));
    }

    @Test
    void a_template_that_is_nested_too_deep_is_none() {
        for (String source : new String[] {
            "{{ " + "(".repeat(5000) + "1" + ")".repeat(5000) + " }}",
            "{{ " + "not ".repeat(5000) + "1 }}",
            "{{ " + "-".repeat(5000) + "1 }}",
            "{% if 1 %}".repeat(5000) + "{% endif %}".repeat(5000),
            "{{ " + "[".repeat(5000) + "]".repeat(5000) + " }}",
            "{{ " + "1 if ".repeat(5000) + " }}"
        }) {
            assertThatThrownBy(() -> render(source)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_chain_of_operators_has_a_limit_that_no_thread_runs_into() {
        assertThat(render("{{ " + "1 + ".repeat(200) + "1 }}")).isEqualTo(new Rendering.Prompt("201"));
        assertThat(render("{{ " + "1 + ".repeat(20_000) + "1 }}")).isInstanceOf(Rendering.Failed.class);
        assertThat(render("{{ 'x'" + " | upper".repeat(20_000) + " }}")).isInstanceOf(Rendering.Failed.class);
    }

    @Test
    void a_failure_names_the_line_and_what_is_missing() {
        assertThat(render("a\nb\n{{ messages[0].content.nope.more }}"))
                .isEqualTo(new Rendering.Failed("line 3: 'nope' of a string is undefined"));
    }

    @Test
    void the_refusal_of_a_template_is_in_its_own_words() {
        assertThat(render("{{ raise_exception('Roles must alternate') }}"))
                .isEqualTo(new Rendering.Refused("Roles must alternate"));
    }

    @Test
    void the_arguments_of_a_call_are_an_object_for_the_template_or_the_text_that_they_are() {
        String source = "{% for c in messages[0].tool_calls %}{{ c.function.arguments is mapping }}"
                + " {{ c.function.arguments | tojson }};{% endfor %}";
        ArrayNode messages = MAPPER.createArrayNode();
        ArrayNode calls = messages.addObject().put("role", "assistant").putArray("tool_calls");
        for (String arguments : new String[] {"{\"b\":1,\"a\":[]}", "", "broken"}) {
            calls.addObject().putObject("function").put("arguments", arguments);
        }

        assertThat(template(source).render(messages, null, false, MAPPER.createObjectNode()))
                .isEqualTo(new Rendering.Prompt("True {\"b\": 1, \"a\": []};True {};False \"broken\";"));
    }

    @Test
    void a_variable_of_the_request_cannot_replace_the_conversation() {
        ObjectNode variables = MAPPER.createObjectNode().put("messages", "mine").put("enable_thinking", false);

        assertThat(template("{{ messages | length }}{{ enable_thinking }}").render(messages(), null, true, variables))
                .isEqualTo(new Rendering.Prompt("1False"));
    }

    @Test
    void the_template_of_a_directory_is_its_file_or_else_in_its_config() throws IOException {
        assertThat(ChatTemplate.open(directory, Clock.systemUTC())).isEmpty();

        Files.writeString(
                directory.resolve("tokenizer_config.json"),
                "{\"bos_token\":{\"content\":\"<s>\"},\"eos_token\":\"</s>\",\"chat_template\":\"{{ bos_token }}config\"}");
        assertThat(open(false)).isEqualTo(new Rendering.Prompt("<s>config"));

        Files.writeString(directory.resolve("chat_template.jinja"), "{{ eos_token }}file\n");
        assertThat(open(false)).isEqualTo(new Rendering.Prompt("</s>file"));
    }

    @Test
    void a_model_may_have_a_template_of_its_own_for_tools() throws IOException {
        Files.writeString(
                directory.resolve("tokenizer_config.json"),
                "{\"chat_template\":[{\"name\":\"default\",\"template\":\"plain\"},{\"name\":\"tool_use\",\"template\":\"tools\"}]}");

        assertThat(open(false)).isEqualTo(new Rendering.Prompt("plain"));
        assertThat(open(true)).isEqualTo(new Rendering.Prompt("tools"));
    }

    @Test
    void a_file_that_is_no_template_is_one_line_that_names_it() throws IOException {
        Files.writeString(directory.resolve("chat_template.jinja"), "\n{% if %}");

        assertThatThrownBy(() -> ChatTemplate.open(directory, Clock.systemUTC()))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageMatching(".*chat_template.jinja: the chat template, line 2: unexpected '%}'");
    }

    private Rendering open(boolean withTools) {
        ArrayNode tools = MAPPER.createArrayNode();
        tools.addObject();
        return ChatTemplate.open(directory, Clock.systemUTC())
                .orElseThrow()
                .render(messages(), withTools ? tools : null, false, MAPPER.createObjectNode());
    }

    private static Rendering render(String source) {
        return template(source).render(messages(), null, false, MAPPER.createObjectNode());
    }

    private static ChatTemplate template(String source) {
        return ChatTemplate.parse(source, Map.of(), Clock.systemUTC());
    }

    private static ArrayNode messages() {
        ArrayNode messages = MAPPER.createArrayNode();
        messages.addObject().put("role", "user").put("content", "Hi");
        return messages;
    }
}
