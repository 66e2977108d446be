package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.NanoProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What `docs/api.md` says of each field of a request is what the service does.
@QuarkusTest
@TestProfile(NanoProfile.class)
class RequestFieldsTest extends ServedTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String PLAIN = "/v1/completions";
    private static final Pattern ROW = Pattern.compile("\\| `([a-z_]+)` \\| (works|refused|ignored) \\|.*");

    /// No field takes all of them, and none that is refused has none of them for a value that asks.
    private static final List<String> VALUES =
            List.of("true", "-7.5", "\"no such thing\"", "[\"no\",[-1]]", "{\"no\":[\"such\"]}");

    /// A value of each field that works, with what it needs beside it. Logprobs are ASKED for with a flag or
    /// with a number.
    private static final String WORKING = """
            {"model": {"model": "autoglm-nano"},
             "max_tokens": {"max_tokens": 2},
             "max_completion_tokens": {"max_completion_tokens": 2},
             "min_tokens": {"min_tokens": 1},
             "n": {"n": 2},
             "stream": {"stream": true},
             "stream_options": {"stream_options": {"include_usage": true}, "stream": true},
             "stop": {"stop": ["x", "y"]},
             "stop_token_ids": {"stop_token_ids": [5]},
             "include_stop_str_in_output": {"include_stop_str_in_output": true},
             "ignore_eos": {"ignore_eos": true},
             "skip_special_tokens": {"skip_special_tokens": false},
             "spaces_between_special_tokens": {"spaces_between_special_tokens": false},
             "temperature": {"temperature": 0.5},
             "top_p": {"top_p": 0.9},
             "top_k": {"top_k": 5},
             "min_p": {"min_p": 0.1},
             "presence_penalty": {"presence_penalty": 1},
             "frequency_penalty": {"frequency_penalty": -1},
             "repetition_penalty": {"repetition_penalty": 1.1},
             "logit_bias": {"logit_bias": {"5": -1}},
             "allowed_token_ids": {"allowed_token_ids": [5, 6]},
             "bad_words": {"bad_words": ["x"]},
             "seed": {"seed": 7},
             "logprobs": {"logprobs": ASKED},
             "response_format": {"response_format": {"type": "text"}},
             "guided_json": {"guided_json": {"type": "boolean"}},
             "guided_regex": {"guided_regex": "[a-z]{2}"},
             "guided_choice": {"guided_choice": ["left", "right"]},
             "guided_grammar": {"guided_grammar": "root ::= \\"a\\""},
             "structured_outputs": {"structured_outputs": {"regex": "[a-z]{2}"}},
             "truncate_prompt_tokens": {"truncate_prompt_tokens": 4},
             "add_special_tokens": {"add_special_tokens": false},
             "use_beam_search": {"use_beam_search": true},
             "beam_width": {"beam_width": 2, "use_beam_search": true},
             "length_penalty": {"length_penalty": 1.5, "use_beam_search": true},
             "include_reasoning": {"include_reasoning": true},
             "priority": {"priority": 0},
             "messages": {"messages": [{"role": "user", "content": "hi"}]},
             "tools": {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]},
             "tool_choice": {"tool_choice": "none"},
             "parallel_tool_calls": {"parallel_tool_calls": false},
             "top_logprobs": {"top_logprobs": 2, "logprobs": true},
             "chat_template_kwargs": {"chat_template_kwargs": {"enable_thinking": false}},
             "documents": {"documents": [{"title": "a", "text": "b"}]},
             "reasoning_effort": {"reasoning_effort": "low"},
             "add_generation_prompt": {"add_generation_prompt": false},
             "continue_final_message": {"continue_final_message": true, "add_generation_prompt": false,
               "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "he"}]},
             "prompt": {"prompt": ["a", "b"]},
             "echo": {"echo": true},
             "best_of": {"best_of": 2},
             "suffix": {"suffix": ""}}
            """;

    private record Row(String path, String field, String is) {}

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        List<String> paths = List.of();
        for (String line : Files.readAllLines(Path.of("../docs/api.md"))) {
            if (line.startsWith("## ")) {
                paths = switch (line.substring(3)) {
                    case "Of both" -> List.of(CHAT, PLAIN);
                    case "Of `/v1/chat/completions`" -> List.of(CHAT);
                    case "Of `/v1/completions`" -> List.of(PLAIN);
                    default -> List.of();
                };
            }
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                paths.forEach(path -> rows.add(new Row(path, row.group(1), row.group(2))));
            }
        }
        return rows;
    }

    private static ObjectNode request(String path) throws IOException {
        return (ObjectNode) Client.JSON.readTree(
                path.equals(CHAT)
                        ? "{\"model\":\"autoglm-nano\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"
                        : "{\"model\":\"autoglm-nano\",\"prompt\":\"hello\"}");
    }

    private Client.Answer ask(Row row, String value) throws IOException {
        ObjectNode request = request(row.path).put("max_tokens", 1);
        request.set(row.field, Client.JSON.readTree(value));
        return client.post(row.path, request.toString());
    }

    private static boolean names(Client.Answer answer, String field) {
        if (answer.status() / 100 != 4) {
            return false;
        }
        String param = answer.json().at("/error/param").asText();
        return param.equals(field) || param.startsWith(field + ".") || param.startsWith(field + "[");
    }

    @Test
    void every_field_is_treated_as_the_document_says() throws IOException {
        Map<String, String> wrong = new LinkedHashMap<>();
        for (Row row : rows()) {
            int named = 0;
            int unsupported = 0;
            int answered = 0;
            for (String value : VALUES) {
                Client.Answer answer = ask(row, value);
                answered += answer.status() == 200 ? 1 : 0;
                if (names(answer, row.field)) {
                    named++;
                    unsupported += answer.json().at("/error/message").asText().contains("not supported") ? 1 : 0;
                }
            }
            boolean right = switch (row.is) {
                case "works" -> named > 0 && unsupported < VALUES.size();
                case "refused" -> unsupported > 0 && named >= VALUES.size() - 1;
                default -> answered == VALUES.size();
            };
            if (!right) {
                wrong.put(
                        row.path + " " + row.field,
                        "%d named, %d unsupported, %d answered".formatted(named, unsupported, answered));
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void a_field_that_works_is_answered_with_a_value_that_it_takes() throws IOException {
        for (Row row : rows()) {
            if (row.is.equals("works")) {
                JsonNode working = Client.JSON
                        .readTree(WORKING.replace("ASKED", row.path.equals(CHAT) ? "true" : "2"))
                        .path(row.field);
                assertThat(working.has(row.field))
                        .as("a value for %s", row.field)
                        .isTrue();
                ObjectNode request = request(row.path).put("max_tokens", 20);
                request.setAll((ObjectNode) working);

                assertThat(client.post(row.path, request.toString()))
                        .as("%s %s", row.path, working)
                        .satisfies(answer ->
                                assertThat(answer.status()).as(answer.body()).isEqualTo(200));
            }
        }
    }

    @Test
    void every_field_is_listed_once_and_those_that_are_refused_are_all_listed() throws IOException {
        List<Row> rows = rows();

        assertThat(rows).doesNotHaveDuplicates().hasSizeGreaterThan(90);
        assertThat(rows.stream().filter(row -> row.is.equals("refused")).map(Row::field))
                .containsAll(UnsupportedFields.names());
    }

    @Test
    void a_field_that_asks_for_nothing_is_not_refused() throws IOException {
        for (Row row : rows()) {
            if (row.is.equals("refused") && !row.field.equals("modalities")) {
                for (String value : List.of("null", "false", "[]", "{}")) {
                    if (!row.field.equals("suffix") || value.equals("null")) {
                        assertThat(ask(row, value).status())
                                .as("%s: %s", row.field, value)
                                .isEqualTo(200);
                    }
                }
            }
        }
    }
}
