package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.FakeScheduler;
import io.autoglm.inference.NanoProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(NanoProfile.class)
class CompletionsTest extends ServedTest {

    private static final String CHAT = "/v1/chat/completions";

    @SuppressWarnings("NullAway.Init") // the test resource injects it
    FakeScheduler.Seen scheduler;

    /// Goes past the model's end tokens, so that its length does not depend on what the model has learnt.
    private static String request(String more) {
        return """
                {"model":"autoglm-nano","messages":[{"role":"user","content":"你好, who are you?"}],\
                "temperature":0,"max_tokens":24,"ignore_eos":true%s}""".formatted(more);
    }

    private double metric(String name) {
        Matcher line = Pattern.compile("(?m)^" + Pattern.quote(name) + "\\{[^}]*} (\\S+)$")
                .matcher(client.get("/metrics").body());
        return line.find() ? Double.parseDouble(line.group(1)) : 0;
    }

    @Test
    void a_chat_completion_has_the_published_shape() {
        JsonNode answer = answered(CHAT, request(""));

        assertThat(answer.path("id").textValue()).startsWith("chatcmpl-");
        assertThat(answer.path("object").textValue()).isEqualTo("chat.completion");
        assertThat(answer.path("model").textValue()).isEqualTo("autoglm-nano");
        assertThat(answer.at("/choices/0/message/role").textValue()).isEqualTo("assistant");
        assertThat(answer.at("/choices/0/message/content").isTextual()).isTrue();
        assertThat(answer.at("/choices/0/finish_reason").textValue()).isEqualTo("length");
        assertThat(answer.at("/usage/completion_tokens").intValue()).isEqualTo(24);
        assertThat(answer.at("/usage/total_tokens").intValue())
                .isEqualTo(24 + answer.at("/usage/prompt_tokens").intValue());
    }

    @Test
    void a_stream_opens_with_the_role_ends_with_the_reason_and_says_what_the_whole_says() {
        String whole =
                answered(CHAT, request("")).at("/choices/0/message/content").textValue();
        Client.Answer answer = client.post(CHAT, request(",\"stream\":true"));
        List<JsonNode> events = Client.events(answer);

        assertThat(answer.response().headers().firstValue("content-type").orElseThrow())
                .startsWith("text/event-stream");
        assertThat(events.getFirst().at("/choices/0/delta").toString())
                .isEqualTo("{\"role\":\"assistant\",\"content\":\"\"}");
        assertThat(events.getLast().at("/choices/0/finish_reason").textValue()).isEqualTo("length");
        assertThat(events.getLast().at("/choices/0/delta").isEmpty()).isTrue();
        assertThat(events).allMatch(event -> !event.has("usage"));
        assertThat(events).allMatch(event -> event.path("object").textValue().equals("chat.completion.chunk"));
        assertThat(content(events)).isEqualTo(whole);
    }

    private static String content(List<JsonNode> events) {
        StringBuilder text = new StringBuilder();
        events.forEach(event -> text.append(event.at("/choices/0/delta/content").asText()));
        return text.toString();
    }

    @Test
    void usage_comes_last_without_choices_and_is_null_before() {
        List<JsonNode> events = Client.events(
                client.post(CHAT, request(",\"stream\":true,\"stream_options\":{\"include_usage\":true}")));

        assertThat(events.getLast().path("choices")).isEmpty();
        assertThat(events.getLast().at("/usage/completion_tokens").intValue()).isEqualTo(24);
        assertThat(events.subList(0, events.size() - 1))
                .allMatch(event -> event.has("usage") && event.path("usage").isNull());
    }

    @Test
    void each_of_n_answers_is_told_and_the_prompt_is_paid_once() {
        JsonNode one = answered(CHAT, request(""));
        JsonNode three = answered(CHAT, request(",\"n\":3,\"seed\":4,\"temperature\":1.5"));

        assertThat(three.path("choices")).hasSize(3);
        assertThat(three.at("/usage/prompt_tokens")).isEqualTo(one.at("/usage/prompt_tokens"));
        assertThat(three.at("/usage/completion_tokens").intValue()).isEqualTo(72);
        assertThat(three.at("/choices/0/message/content")).isNotEqualTo(three.at("/choices/1/message/content"));

        List<JsonNode> events = Client.events(client.post(CHAT, request(",\"n\":2,\"stream\":true")));
        for (int choice = 0; choice < 2; choice++) {
            int index = choice;
            assertThat(events.stream()
                            .filter(event -> event.at("/choices/0/index").intValue() == index)
                            .filter(event ->
                                    event.at("/choices/0/finish_reason").isTextual()))
                    .hasSize(1);
        }
    }

    @Test
    void the_same_seed_gives_the_same_answer_whoever_else_is_there() throws Exception {
        String seeded = request(",\"temperature\":1.2,\"seed\":77");
        JsonNode alone = answered(CHAT, seeded).at("/choices/0/message/content");
        List<Callable<JsonNode>> crowd = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String body = i % 3 == 0 ? seeded : request(",\"temperature\":1.2,\"seed\":" + i);
            crowd.add(() -> answered(CHAT, body).at("/choices/0/message/content"));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = threads.invokeAll(crowd);
            for (int i = 0; i < 12; i += 3) {
                assertThat(answers.get(i).get()).isEqualTo(alone);
            }
        }
    }

    @Test
    void a_stop_string_ends_the_answer_before_it() {
        String sampled = ",\"temperature\":1,\"seed\":3,\"max_tokens\":60";
        String whole = answered(CHAT, request(sampled))
                .at("/choices/0/message/content")
                .textValue();
        int middle = whole.offsetByCodePoints(0, whole.codePointCount(0, whole.length()) / 2);
        String stop = whole.substring(middle, whole.offsetByCodePoints(middle, 2));

        JsonNode stopped = answered(CHAT, request(sampled + ",\"stop\":" + Client.JSON.valueToTree(List.of(stop))));

        assertThat(stopped.at("/choices/0/finish_reason").textValue()).isEqualTo("stop");
        assertThat(stopped.at("/choices/0/message/content").textValue())
                .isEqualTo(whole.substring(0, whole.indexOf(stop)));
    }

    @Test
    void logprobs_are_told_for_every_token() {
        JsonNode answer = answered(CHAT, request(",\"logprobs\":true,\"top_logprobs\":2"));
        List<JsonNode> events =
                Client.events(client.post(CHAT, request(",\"logprobs\":true,\"top_logprobs\":2,\"stream\":true")));
        List<JsonNode> streamed = new ArrayList<>();
        events.forEach(event -> event.at("/choices/0/logprobs/content").forEach(streamed::add));

        JsonNode content = answer.at("/choices/0/logprobs/content");
        assertThat(content).hasSize(24);
        assertThat(streamed).hasSize(24);
        for (int i = 0; i < streamed.size(); i++) {
            JsonNode token = content.get(i);
            assertThat(streamed.get(i).path("token")).isEqualTo(token.path("token"));
            // The last bits depend on how many tokens share a step.
            assertThat(streamed.get(i).path("logprob").doubleValue())
                    .isCloseTo(token.path("logprob").doubleValue(), within(1e-4));
            assertThat(streamed.get(i).path("bytes")).isEqualTo(token.path("bytes"));
            assertThat(tokens(streamed.get(i).path("top_logprobs"))).isEqualTo(tokens(token.path("top_logprobs")));
            assertThat(token.path("logprob").doubleValue()).isNotPositive();
            assertThat(token.path("top_logprobs")).hasSize(2);
            assertThat(token.at("/top_logprobs/0/token")).isEqualTo(token.path("token"));
        }
    }

    private static List<JsonNode> tokens(JsonNode alternatives) {
        List<JsonNode> tokens = new ArrayList<>();
        alternatives.forEach(alternative -> tokens.add(alternative.path("token")));
        return tokens;
    }

    @Test
    void the_second_turn_of_a_conversation_finds_the_first_in_the_cache() {
        String first = "tell me something that nobody else asked for " + System.nanoTime();
        JsonNode answer = answered(CHAT, """
                {"model":"autoglm-nano","messages":[{"role":"user","content":"%s"}],"max_tokens":4}""".formatted(first));
        int promptTokens = answer.at("/usage/prompt_tokens").intValue();
        JsonNode again = answered(CHAT, """
                {"model":"autoglm-nano","messages":[{"role":"user","content":"%s"},\
                {"role":"assistant","content":"so"},{"role":"user","content":"and?"}],"max_tokens":4}""".formatted(first));

        assertThat(again.at("/usage/prompt_tokens_details/cached_tokens").intValue())
                .isGreaterThanOrEqualTo(promptTokens);
    }

    /// The model would rather ask for the weather; it must ask for the time.
    private static String calling(String more) {
        return """
                {"model":"autoglm-nano","messages":[{"role":"user","content":"what is the weather in London"}],
                 "temperature":0,"max_tokens":100,
                 "tools":[{"type":"function","function":{"name":"get_time","description":"the time in a city",
                   "parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}],
                 "tool_choice":{"type":"function","function":{"name":"get_time"}}%s}""".formatted(more);
    }

    @Test
    void a_named_tool_is_called_whatever_the_model_would_say() throws IOException {
        JsonNode choice = answered(CHAT, calling("")).at("/choices/0");

        assertThat(choice.at("/message/tool_calls")).as(choice.toString()).isNotEmpty();
        assertThat(choice.at("/message/tool_calls/0/function/name").textValue()).isEqualTo("get_time");
        assertThat(Client.JSON
                        .readTree(choice.at("/message/tool_calls/0/function/arguments")
                                .textValue())
                        .isObject())
                .isTrue();
        assertThat(choice.path("finish_reason").textValue()).isEqualTo("tool_calls");
    }

    /// It would rather say hello.
    @Test
    void a_required_call_is_complete_and_valid_whatever_the_model_would_say() throws IOException {
        for (String more : List.of("", ",\"temperature\":1.9,\"seed\":5,\"top_k\":0,\"top_p\":1,\"n\":4")) {
            JsonNode answer = answered(CHAT, """
                    {"model":"autoglm-nano","messages":[{"role":"user","content":"Hello!"}],"max_tokens":120,
                     "tools":[{"type":"function","function":{"name":"get_time","parameters":{"type":"object",
                         "properties":{"city":{"type":"string","maxLength":8},"zone":{"enum":["UTC","CET"]}},
                         "required":["city","zone"],"additionalProperties":false}}},
                       {"type":"function","function":{"name":"add","parameters":{"type":"object",
                         "properties":{"a":{"type":"integer"},"more":{"type":"array","maxItems":3,
                           "items":{"type":"integer"}}},"required":["a","more"],"additionalProperties":false}}}],
                     "tool_choice":"required"%s}""".formatted(more));

            for (JsonNode choice : answer.path("choices")) {
                JsonNode function = choice.at("/message/tool_calls/0/function");
                JsonNode arguments =
                        Client.JSON.readTree(function.path("arguments").textValue());
                assertThat(choice.path("finish_reason").textValue()).isEqualTo("tool_calls");
                assertThat(choice.at("/message/tool_calls")).hasSize(1);
                assertThat(arguments).as(choice.toString()).hasSize(2);
                if (function.path("name").textValue().equals("get_time")) {
                    assertThat(arguments.path("city").textValue()).hasSizeLessThanOrEqualTo(16);
                    assertThat(arguments.path("zone").textValue()).isIn("UTC", "CET");
                } else {
                    assertThat(arguments.path("a").isIntegralNumber()).isTrue();
                    assertThat(arguments.path("more").isArray()).isTrue();
                }
            }
        }
    }

    @Test
    void a_streamed_call_comes_in_pieces_that_are_the_call_of_the_whole_answer() {
        JsonNode whole = answered(CHAT, calling("")).at("/choices/0/message/tool_calls");
        List<JsonNode> events = Client.events(client.post(CHAT, calling(",\"stream\":true")));
        List<JsonNode> pieces = new ArrayList<>();
        events.forEach(event -> event.at("/choices/0/delta/tool_calls").forEach(pieces::add));

        List<String> names = new ArrayList<>();
        List<StringBuilder> arguments = new ArrayList<>();
        for (JsonNode piece : pieces) {
            if (piece.has("id")) {
                assertThat(piece.path("id").textValue()).startsWith("call_");
                assertThat(piece.path("type").textValue()).isEqualTo("function");
                names.add(piece.at("/function/name").textValue());
                arguments.add(new StringBuilder());
            }
            assertThat(piece.path("index").intValue()).isEqualTo(names.size() - 1);
            arguments.getLast().append(piece.at("/function/arguments").textValue());
        }
        assertThat(pieces).hasSizeGreaterThan(names.size());
        assertThat(names).isNotEmpty().hasSameSizeAs(whole);
        for (int i = 0; i < names.size(); i++) {
            assertThat(names.get(i))
                    .isEqualTo(whole.at("/" + i + "/function/name").textValue());
            assertThat(arguments.get(i).toString())
                    .isEqualTo(whole.at("/" + i + "/function/arguments").textValue());
        }
        assertThat(events.getLast().at("/choices/0/finish_reason").textValue()).isEqualTo("tool_calls");
    }

    @Test
    void an_answer_has_the_form_that_its_schema_asks_for() throws IOException {
        String schema = """
                ,"response_format":{"type":"json_schema","json_schema":{"name":"place","schema":{"type":"object",\
                "properties":{"city":{"type":"string","maxLength":12},"kind":{"enum":["town","village"]},\
                "people":{"type":"integer"}},"required":["city","kind","people"],"additionalProperties":false}}}""";
        for (String more : List.of(schema, schema + ",\"temperature\":1.5,\"seed\":3")) {
            String body = """
                    {"model":"autoglm-nano","messages":[{"role":"user","content":"Name a place."}],\
                    "max_tokens":80,"temperature":0%s}""".formatted(more);
            JsonNode choice = answered(CHAT, body).at("/choices/0");
            JsonNode place = Client.JSON.readTree(choice.at("/message/content").textValue());

            assertThat(choice.path("finish_reason").textValue()).isEqualTo("stop");
            assertThat(place.path("city").isTextual()).as(choice.toString()).isTrue();
            assertThat(place.path("kind").textValue()).isIn("town", "village");
            assertThat(place.path("people").isIntegralNumber()).isTrue();
            assertThat(place).hasSize(3);
        }
    }

    @Test
    void a_plain_completion_takes_text_texts_and_tokens() {
        JsonNode tokens = answered("/tokenize", "{\"prompt\":\"hello world\"}").path("tokens");
        String text = answered(
                        "/v1/completions",
                        "{\"model\":\"autoglm-nano\",\"prompt\":\"hello world\",\"temperature\":0,\"max_tokens\":8}")
                .at("/choices/0/text")
                .textValue();
        JsonNode ofTokens = answered(
                "/v1/completions",
                "{\"model\":\"autoglm-nano\",\"prompt\":" + tokens + ",\"temperature\":0,\"max_tokens\":8}");
        JsonNode ofTexts = answered(
                "/v1/completions",
                "{\"model\":\"autoglm-nano\",\"prompt\":[\"hello world\",\"bye\"],\"n\":2,\"temperature\":0,"
                        + "\"max_tokens\":8,\"echo\":true}");

        assertThat(ofTokens.at("/choices/0/text").textValue()).isEqualTo(text);
        assertThat(ofTexts.path("choices")).hasSize(4);
        assertThat(ofTexts.at("/choices/1/text").textValue()).isEqualTo("hello world" + text);
        assertThat(ofTexts.at("/choices/2/text").textValue()).startsWith("bye");
        assertThat(ofTexts.at("/object").textValue()).isEqualTo("text_completion");
    }

    @Test
    void a_streamed_completion_with_logprobs_counts_offsets_on() {
        String body = "{\"model\":\"autoglm-nano\",\"prompt\":\"hello\",\"max_tokens\":8,\"logprobs\":1,"
                + "\"temperature\":0,\"ignore_eos\":true";
        JsonNode whole = answered("/v1/completions", body + "}").at("/choices/0/logprobs/text_offset");
        List<JsonNode> streamed = new ArrayList<>();
        Client.events(client.post("/v1/completions", body + ",\"stream\":true}"))
                .forEach(event -> event.at("/choices/0/logprobs/text_offset").forEach(streamed::add));

        assertThat(whole).hasSize(8).containsExactlyElementsOf(streamed);
    }

    @Test
    void tokens_survive_the_way_there_and_back() {
        JsonNode tokens = answered("/tokenize", "{\"prompt\":\"AutoGLM 你好 🙂\",\"add_special_tokens\":false}");

        assertThat(tokens.path("count").intValue())
                .isEqualTo(tokens.path("tokens").size());
        assertThat(tokens.path("max_model_len").intValue()).isEqualTo(2048);
        assertThat(answered("/detokenize", "{\"tokens\":" + tokens.path("tokens") + "}")
                        .path("prompt")
                        .textValue())
                .isEqualTo("AutoGLM 你好 🙂");
        assertThat(tokens.path("token_strs").isNull()).isTrue();
    }

    @Test
    void tokens_are_told_as_the_vocabulary_writes_them_where_they_are_asked_for() {
        JsonNode tokens =
                answered("/tokenize", "{\"prompt\":\"go on\",\"add_special_tokens\":false,\"return_token_strs\":true}");

        StringBuilder text = new StringBuilder();
        tokens.path("token_strs").forEach(token -> text.append(token.textValue()));
        assertThat(tokens.path("token_strs")).hasSameSizeAs(tokens.path("tokens"));
        assertThat(text).hasToString("goĠon");
    }

    @Test
    void a_conversation_is_tokenized_as_a_chat_would_read_it() {
        String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"你好\"}]";
        JsonNode opened = answered("/tokenize", "{" + messages + "}");
        JsonNode closed = answered("/tokenize", "{" + messages + ",\"add_generation_prompt\":false}");
        JsonNode chat = answered(CHAT, "{\"model\":\"autoglm-nano\",\"max_tokens\":1," + messages + "}");

        assertThat(opened.path("count")).isEqualTo(chat.at("/usage/prompt_tokens"));
        assertThat(closed.path("count").intValue())
                .isLessThan(opened.path("count").intValue());
    }

    @Test
    void the_model_is_listed_with_its_length() {
        JsonNode list = client.get("/v1/models").json();

        assertThat(list.at("/data/0/id").textValue()).isEqualTo("autoglm-nano");
        assertThat(list.at("/data/0/max_model_len").intValue()).isEqualTo(2048);
        assertThat(client.get("/v1/models/autoglm-nano").json()).isEqualTo(list.at("/data/0"));
    }

    @Test
    void health_has_three_levels() {
        JsonNode health = client.get("/health").json();

        assertThat(health.path("status").textValue()).isEqualTo("ok");
        assertThat(health.path("levels").toString())
                .isEqualTo("{\"port\":true,\"model_loaded\":true,\"generation\":true}");
        assertThat(health.at("/progress/steps").longValue()).isPositive();
    }

    @Test
    void a_request_is_answered_under_the_trace_it_came_with() {
        Client.Answer own = client.send(
                client.request("/v1/models").header("x-trace-id", "trace-1").GET());
        Client.Answer w3c = client.send(client.request("/v1/models")
                .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .GET());

        assertThat(own.response().headers().firstValue("x-trace-id")).contains("trace-1");
        assertThat(w3c.response().headers().firstValue("x-trace-id")).contains("0af7651916cd43dd8448eb211c80319c");
        assertThat(own.response().headers().firstValue("x-request-id")).isPresent();
    }

    @Test
    void a_request_that_has_no_time_left_is_too_late() {
        Client.Answer answer = client.send(client.request(CHAT)
                .header("content-type", "application/json")
                .header("x-autoglm-timeout-ms", "1")
                .POST(HttpRequest.BodyPublishers.ofString(request(",\"max_tokens\":2000"))));

        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.json().at("/error/code").textValue()).isEqualTo("deadline_exceeded");
    }

    @Test
    void a_client_that_goes_away_frees_its_slots_in_a_stream_a_whole_answer_and_a_search() throws IOException {
        for (String kind : List.of(
                "\"n\":4,\"stream\":true",
                "\"n\":4,\"stream\":false",
                "\"use_beam_search\":true,\"beam_width\":3,\"ignore_eos\":true")) {
            double before = aborted();
            String body = request(",\"max_tokens\":2000," + kind);
            try (Socket socket = new Socket(base.getHost(), base.getPort())) {
                socket.getOutputStream()
                        .write(("POST " + CHAT + " HTTP/1.1\r\nhost: test\r\nauthorization: Bearer "
                                        + NanoProfile.TOKEN + "\r\ncontent-type: application/json\r\ncontent-length: "
                                        + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body)
                                .getBytes(StandardCharsets.UTF_8));
                if (kind.endsWith("\"stream\":true")) {
                    InputStream in = socket.getInputStream();
                    assertThat(in.readNBytes(200)).hasSize(200);
                } else {
                    await().pollInterval(Duration.ofMillis(5)).until(() -> running() > 0);
                }
            }
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                assertThat(aborted()).isGreaterThan(before);
                assertThat(running()).isZero();
            });
        }
    }

    private int running() {
        return client.get("/health").json().at("/progress/running").intValue();
    }

    private double aborted() {
        Matcher line = Pattern.compile("(?m)^vllm:request_success_total\\{[^}]*finished_reason=\"abort\"[^}]*} (\\S+)$")
                .matcher(client.get("/metrics").body());
        return line.find() ? Double.parseDouble(line.group(1)) : 0;
    }

    @Test
    void metrics_have_the_names_and_buckets_of_vllm() {
        answered(CHAT, request(""));
        String metrics = client.get("/metrics").body();

        assertThat(metric("vllm:prompt_tokens_total")).isPositive();
        assertThat(metric("vllm:generation_tokens_total")).isPositive();
        for (String name : List.of(
                "vllm:num_requests_running{",
                "vllm:num_requests_waiting{",
                "vllm:kv_cache_usage_perc{",
                "vllm:prefix_cache_queries_total{",
                "vllm:prefix_cache_hits_total{",
                "vllm:time_to_first_token_seconds_bucket{",
                "vllm:inter_token_latency_seconds_bucket{",
                "vllm:e2e_request_latency_seconds_bucket{",
                "vllm:request_queue_time_seconds_bucket{",
                "vllm:request_success_total{")) {
            assertThat(metrics).contains("\n" + name);
        }
        assertThat(metrics)
                .containsPattern(
                        "vllm:time_to_first_token_seconds_bucket\\{[^}]*model_name=\"autoglm-nano\"[^}]*le=\"2560.0\"");
    }

    @Test
    void the_scheduler_is_told_of_the_model_and_of_the_work() {
        IntStream.range(0, 3).forEach(i -> answered(CHAT, request("")));
        await().until(() ->
                scheduler.reports().getLast().path("state").textValue().equals("ready"));
        JsonNode report = scheduler.reports().getLast();

        assertThat(scheduler.tokens()).containsOnly(NanoProfile.TOKEN);
        assertThat(report.path("id").textValue()).isEqualTo("inference-7");
        assertThat(report.path("url").textValue()).isEqualTo("http://127.0.0.1:9");
        assertThat(report.path("pid").longValue())
                .isEqualTo(ProcessHandle.current().pid());
        assertThat(report.at("/models/0/id").textValue()).isEqualTo("autoglm-nano");
        assertThat(report.at("/models/0/maxModelTokens").intValue()).isEqualTo(2048);
        assertThat(report.path("slots").intValue()).isEqualTo(4);
        assertThat(report.path("generatedTokens").longValue()).isPositive();
    }
}
