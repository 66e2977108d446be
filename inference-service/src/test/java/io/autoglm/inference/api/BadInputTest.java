package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.NanoProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@TestProfile(NanoProfile.class)
class BadInputTest extends ServedTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String HELLO = """
            {"model":"autoglm-nano","messages":[{"role":"user","content":"hello"}],"max_tokens":3}""";
    private static final String PROMPT = """
            {"model":"autoglm-nano","prompt":"hello","max_tokens":3}""";

    private static ObjectNode parse(String json) {
        try {
            return (ObjectNode) Client.JSON.readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    private Client.Answer chat(Consumer<ObjectNode> change) {
        ObjectNode request = parse(HELLO);
        change.accept(request);
        return client.post(CHAT, request.toString());
    }

    private static void refused(Client.Answer answer, int status, @Nullable String param) {
        JsonNode error = answer.json().path("error");
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(error.path("message").textValue()).isNotBlank();
        assertThat(error.path("type").textValue()).isNotBlank();
        assertThat(error.path("param").isNull() ? null : error.path("param").textValue())
                .as(answer.body())
                .isEqualTo(param);
        assertThat(error.has("code")).isTrue();
    }

    @Test
    void the_request_that_all_these_are_made_of_is_answered() {
        assertThat(client.post(CHAT, HELLO).status()).isEqualTo(200);
        assertThat(client.post("/v1/completions", PROMPT).status()).isEqualTo(200);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    model                 | 7
                    model                 | null
                    messages              | null
                    messages              | []
                    messages              | "hello"
                    messages[0]           | ["hello"]
                    messages[0].role      | [{"content":"hello"}]
                    messages[0].role      | [{"role":"king","content":"hello"}]
                    messages[0].role      | [{"role":7,"content":"hello"}]
                    messages[0].content   | [{"role":"user"}]
                    messages[0].content   | [{"role":"user","content":7}]
                    messages[0].content[0]      | [{"role":"user","content":["x"]}]
                    messages[0].content[0].type | [{"role":"user","content":[{"text":"x"}]}]
                    messages[0].content[0].text | [{"role":"user","content":[{"type":"text"}]}]
                    messages[0].content[1].type | [{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}}]}]
                    messages[0].tool_calls      | [{"role":"assistant","tool_calls":"x"}]
                    messages[0].tool_calls[0].function           | [{"role":"assistant","tool_calls":[{"id":"1"}]}]
                    messages[0].tool_calls[0].function.name      | [{"role":"assistant","tool_calls":[{"id":"1","function":{}}]}]
                    messages[0].tool_calls[0].function.arguments | [{"role":"assistant","tool_calls":[{"id":"1","function":{"name":"f","arguments":"{"}}]}]
                    temperature           | "hot"
                    temperature           | 2.5
                    temperature           | -1
                    top_p                 | 0
                    top_p                 | 1.5
                    top_k                 | -7
                    min_p                 | 2
                    presence_penalty      | 3
                    frequency_penalty     | -3
                    repetition_penalty    | 0
                    seed                  | 1.5
                    logit_bias            | [1]
                    logit_bias            | {"x":1}
                    logit_bias            | {"99999999":1}
                    n                     | 0
                    n                     | 129
                    ignore_eos            | 7
                    n                     | "2"
                    max_tokens            | 0
                    max_tokens            | -1
                    max_tokens            | 1.5
                    max_tokens            | 99999999999
                    max_completion_tokens | "many"
                    stop                  | ""
                    stop                  | 7
                    stop                  | [7]
                    stop_token_ids        | ["x"]
                    stream                | "yes"
                    stream_options        | {"include_usage":true}
                    logprobs              | "all"
                    top_logprobs          | 3
                    tools                 | {}
                    tools[0]              | ["x"]
                    tools[0].type         | [{"type":"browser"}]
                    tools[0].function     | [{"type":"function"}]
                    tools[0].function.name | [{"type":"function","function":{}}]
                    tool_choice           | "auto"
                    response_format       | "json"
                    chat_template_kwargs  | 7
                    """)
    void a_field_at_fault_is_named(String param, String value) {
        String field = param.replaceAll("[.\\[].*", "");
        try {
            JsonNode bad = Client.JSON.readTree(value);
            refused(chat(request -> request.set(field, bad)), 400, param);
        } catch (IOException e) {
            throw new IllegalArgumentException(value, e);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    prompt  | null
                    prompt  | 7
                    prompt  | []
                    prompt  | [true]
                    prompt  | [1,"x"]
                    prompt  | [-1]
                    prompt  | [99999999]
                    prompt  | [[]]
                    suffix  | "end"
                    best_of | 0
                    echo    | 1
                    """)
    void a_field_of_a_plain_completion_at_fault_is_named(String param, String value) throws IOException {
        ObjectNode request = parse(PROMPT);
        request.set(param, Client.JSON.readTree(value));

        refused(client.post("/v1/completions", request.toString()), 400, param);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {
                    [1]
                    "text"
                    {"model":"autoglm-nano"} {}
                    {"model":"autoglm-nano","messages":NaN}
                    nothing
                    """)
    void what_is_no_json_object_is_refused(String body) {
        refused(client.post(CHAT, body), 400, null);
    }

    @Test
    void what_cannot_be_kept_together_is_refused_by_name() {
        String form = "{\"type\":\"json_object\"}";
        String tools = "[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]";

        refused(
                chat(request ->
                        request.<ObjectNode>set("response_format", parse(form)).put("ignore_eos", true)),
                400,
                "ignore_eos");
        for (String choice : new String[] {"auto", "required"}) {
            refused(
                    chat(request -> request.<ObjectNode>set("response_format", parse(form))
                            .<ObjectNode>set("tools", list(tools))
                            .put("tool_choice", choice)),
                    400,
                    "response_format");
        }
        assertThat(chat(request -> request.<ObjectNode>set("response_format", parse(form))
                                .<ObjectNode>set("tools", list(tools))
                                .put("tool_choice", "none"))
                        .status())
                .isEqualTo(200);
        assertThat(chat(request -> request.<ObjectNode>set("response_format", parse("{\"type\":\"text\"}"))
                                .set("tools", list(tools)))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_call_that_cannot_be_made_as_it_is_asked_for_is_refused_by_name() {
        String tools = "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":true,"
                + "\"parameters\":{\"properties\":{\"a\":{\"minimum\":1}},\"required\":[\"a\"]}}}]";

        refused(
                chat(request -> request.<ObjectNode>set("tools", list(tools)).put("tool_choice", "required")),
                400,
                "tools[0].function.parameters");
        refused(
                chat(request -> request.<ObjectNode>set("tools", list(tools.replace("true", "false")))
                        .put("tool_choice", "required")
                        .put("ignore_eos", true)),
                400,
                "ignore_eos");
        refused(
                chat(request -> request.<ObjectNode>set("tools", list(tools.replace("true", "false")))
                        .put("tool_choice", "required")),
                400,
                "max_tokens");
    }

    @Test
    void where_an_answer_of_the_form_has_no_room_the_field_that_leaves_it_none_is_named() {
        String form =
                "{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"type\":\"string\",\"minLength\":1000}}}";

        refused(chat(request -> request.set("response_format", parse(form))), 400, "max_tokens");
        refused(
                chat(request ->
                        request.<ObjectNode>set("response_format", parse(form)).put("max_completion_tokens", 5)),
                400,
                "max_completion_tokens");
        refused(
                chat(request -> {
                    request.remove("max_tokens");
                    request.set("response_format", parse(form.replace("1000", "100000")));
                }),
                400,
                "messages");
    }

    private static JsonNode list(String json) {
        try {
            return Client.JSON.readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    @Test
    void bytes_that_are_no_text_are_no_json() {
        for (byte[] body :
                new byte[][] {{0, 0, 0x7b, 0}, {(byte) 0xff, (byte) 0xfe, 0, 0, 0x7b}, {'{', (byte) 0x80, '}'}}) {
            refused(
                    client.send(client.request(CHAT)
                            .header("content-type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body))),
                    400,
                    null);
        }
    }

    @Test
    void a_text_of_too_many_tokens_is_refused_before_they_are_a_list() {
        Client.Answer answer = client.post(
                "/v1/completions", "{\"model\":\"autoglm-nano\",\"prompt\":\"" + "hello ".repeat(100_000) + "\"}");

        refused(answer, 400, "prompt");
        assertThat(answer.json().at("/error/code").textValue()).isEqualTo("context_length_exceeded");
    }

    @Test
    void more_tokens_than_the_model_takes_can_be_counted_but_not_any_number() {
        Client.Answer counted = client.post("/tokenize", "{\"prompt\":\"" + "hello ".repeat(10_000) + "\"}");
        Client.Answer tooMany = client.post("/tokenize", "{\"prompt\":\"" + "☃".repeat(180_000) + "\"}");

        assertThat(counted.json().path("count").intValue()).isGreaterThan(2048);
        refused(tooMany, 400, "prompt");
        assertThat(tooMany.json().at("/error/message").textValue()).isEqualTo("'prompt' has more than 524288 tokens");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    /tokenize   | {}                                            | prompt
                    /tokenize   | {"prompt":7}                                  | prompt
                    /tokenize   | {"model":"gpt-4","prompt":"hello"}            | model
                    /tokenize   | {"prompt":"hello","return_token_strs":1}      | return_token_strs
                    /tokenize   | {"prompt":"hello","add_special_tokens":"no"}  | add_special_tokens
                    /tokenize   | {"messages":[]}                               | messages
                    /detokenize | {}                                            | tokens
                    /detokenize | {"tokens":"1"}                                | tokens
                    /detokenize | {"tokens":[1.5]}                              | tokens
                    /detokenize | {"tokens":[-1]}                               | tokens
                    /detokenize | {"tokens":[99999999]}                         | tokens
                    """)
    void a_field_of_a_tokenization_at_fault_is_named(String path, String body, String param) {
        refused(client.post(path, body), param.equals("model") ? 404 : 400, param);
    }

    @Test
    void too_many_alternatives_of_a_plain_completion_are_named() {
        refused(client.post("/v1/completions", PROMPT.replace("}", ",\"logprobs\":21}")), 400, "logprobs");
    }

    @Test
    void an_empty_body_is_refused() {
        refused(client.post(CHAT, ""), 400, null);
    }

    @Test
    void a_body_nested_too_deep_is_refused() {
        refused(client.post(CHAT, "{\"model\":" + "[".repeat(100_000)), 400, null);
        refused(client.post(CHAT, "[".repeat(500) + "]".repeat(500)), 400, null);
    }

    @Test
    void an_unknown_model_is_not_found() {
        Client.Answer answer = chat(request -> request.put("model", "gpt-4"));

        refused(answer, 404, "model");
        assertThat(answer.json().at("/error/code").textValue()).isEqualTo("model_not_found");
        assertThat(client.get("/v1/models/gpt-4").status()).isEqualTo(404);
    }

    @Test
    void a_prompt_that_does_not_fit_is_told_the_figures() {
        for (int words : new int[] {3000, 100_000}) {
            Client.Answer answer = chat(request -> request.withArray("messages")
                    .addObject()
                    .put("role", "user")
                    .put("content", "hello ".repeat(words)));

            refused(answer, 400, "messages");
            assertThat(answer.json().at("/error/code").textValue()).isEqualTo("context_length_exceeded");
            assertThat(answer.json().at("/error/message").textValue()).contains("2048 tokens");
        }
    }

    @Test
    void a_body_that_is_too_large_is_refused_before_it_is_read() {
        Client.Answer answer = chat(request -> request.put("user", "x".repeat(2 << 20)));

        refused(answer, 413, null);
    }

    /// More than the linger of the farewell, far less than the time that a body has.
    private static final int CLOSED_WITHIN_MILLIS = 20_000;

    @Test
    void who_goes_on_sending_a_body_that_was_refused_loses_the_connection() throws IOException {
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.setSoTimeout(CLOSED_WITHIN_MILLIS);
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + CHAT + " HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                            + "x-autoglm-internal-token: " + NanoProfile.TOKEN
                            + "\r\ntransfer-encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            // A megabyte is allowed; the end of this one is never sent.
            String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
            for (int i = 0; i < 17; i++) {
                out.write(chunk.getBytes(StandardCharsets.US_ASCII));
            }
            out.flush();

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 413 ").containsIgnoringCase("connection: close");
        }
    }

    @Test
    void a_body_of_another_type_is_refused() {
        refused(
                client.send(client.request(CHAT)
                        .header("content-type", "text/plain")
                        .POST(HttpRequest.BodyPublishers.ofString(HELLO))),
                415,
                null);
    }

    @Test
    void who_does_not_show_the_token_gets_nothing_but_health_and_metrics() {
        for (String path : new String[] {"/v1/models", "/v1/models/autoglm-nano"}) {
            refused(client.send(client.anonymous(path).GET()), 401, null);
        }
        for (String path : new String[] {
            CHAT, "/v1/completions", "/v1/embeddings", "/v1/rerank", "/rerank", "/tokenize", "/detokenize"
        }) {
            refused(
                    client.send(client.anonymous(path)
                            .header("x-autoglm-internal-token", "wrong")
                            .POST(HttpRequest.BodyPublishers.ofString(HELLO))),
                    401,
                    null);
        }
        assertThat(client.send(client.anonymous("/health").GET()).status()).isEqualTo(200);
        assertThat(client.send(client.anonymous("/metrics").GET()).status()).isEqualTo(200);
    }

    @Test
    void the_internal_header_is_as_good_as_a_bearer_token() {
        assertThat(client.send(client.anonymous("/v1/models")
                                .header("x-autoglm-internal-token", NanoProfile.TOKEN)
                                .GET())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_wrong_method_or_path_is_refused_in_the_same_shape() {
        refused(client.get(CHAT), 405, null);
        for (String path : new String[] {"/v1/nothing", "/nothing", "/", "/q/nothing"}) {
            refused(client.get(path), 404, null);
        }
    }

    @Test
    void headers_that_make_no_sense_are_named() {
        for (String[] header : new String[][] {
            {"x-autoglm-priority", "royal"}, {"x-autoglm-timeout-ms", "soon"},
        }) {
            refused(
                    client.send(client.request(CHAT)
                            .header("content-type", "application/json")
                            .header(header[0], header[1])
                            .POST(HttpRequest.BodyPublishers.ofString(HELLO))),
                    400,
                    header[0]);
        }
    }

    @Test
    void parameters_that_are_not_known_are_ignored() {
        Client.Answer answer = chat(request -> request.put("user", "u")
                .put("store", true)
                .put("service_tier", "auto")
                .put("parallel_tool_calls", false)
                .put("something_new", 7));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }
}
