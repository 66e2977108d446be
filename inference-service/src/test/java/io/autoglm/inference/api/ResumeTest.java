package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.NanoProfile;
import io.autoglm.protocol.Headers;
import io.autoglm.protocol.Resumption;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A stream that broke goes on from another instance. Here it is the same one: it knows nothing of the first
/// stream but what the request says.
@QuarkusTest
@TestProfile(NanoProfile.class)
class ResumeTest extends ServedTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String PLAIN = "/v1/completions";

    /// What a stream has said up to some point of it.
    private record Said(List<Integer> tokens, List<JsonNode> events) {}

    /// @param points of the stream at which its tokens are known, the beginning among them
    private record Told(List<Said> points, List<JsonNode> events, Optional<Integer> resumed) {

        static Told of(String body) {
            List<Said> points = new ArrayList<>(List.of(new Said(List.of(), List.of())));
            List<Integer> tokens = new ArrayList<>();
            List<JsonNode> events = new ArrayList<>();
            Optional<Integer> resumed = Optional.empty();
            for (String event : body.strip().split("\n\n", -1)) {
                if (event.startsWith(Resumption.TOKENS)) {
                    Arrays.stream(event.substring(Resumption.TOKENS.length() + 1)
                                    .split(" ", -1))
                            .map(Integer::valueOf)
                            .forEach(tokens::add);
                    points.add(new Said(List.copyOf(tokens), List.copyOf(events)));
                } else if (event.startsWith(Resumption.RESUMED)) {
                    assertThat(events).as("what comes before").isEmpty();
                    resumed = Optional.of(Integer.valueOf(event.substring(Resumption.RESUMED.length() + 1)));
                } else if (!event.equals("data: [DONE]")) {
                    events.add(withoutCounts(event.substring("data: ".length())));
                }
            }
            return new Told(points, events, resumed);
        }

        /// How much of the prompt was cached is nothing of the answer.
        private static JsonNode withoutCounts(String json) {
            JsonNode event = Client.json(json);
            if (event.path("usage") instanceof ObjectNode usage) {
                usage.remove("prompt_tokens_details");
            }
            return event;
        }
    }

    private Told told(String path, String body) {
        HttpRequest.Builder request = client.request(path)
                .header("content-type", "application/json")
                .header(Headers.RESUMABLE, "true")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        Client.Answer answer = client.send(request);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).endsWith("data: [DONE]\n\n");
        return Told.of(answer.body());
    }

    private static String resumed(String body, JsonNode event, List<Integer> tokens) {
        return body.substring(0, body.length() - 1) + ",\"" + Resumption.FIELD + "\":{\"id\":" + event.path("id")
                + ",\"created\":" + event.path("created") + ",\"tokens\":" + tokens + "}}";
    }

    private static String chat(String question, String more) {
        return """
                {"model":"autoglm-nano","messages":[{"role":"user","content":"%s"}],"stream":true,\
                "stream_options":{"include_usage":true}%s}""".formatted(question, more);
    }

    static Stream<String> requests() {
        return Stream.of(
                chat("tell me a story", ",\"temperature\":0,\"max_tokens\":40,\"ignore_eos\":true"),
                chat("讲个故事", ",\"temperature\":1.2,\"seed\":7,\"max_tokens\":40,\"ignore_eos\":true"),
                chat(
                        "tell me a story",
                        ",\"temperature\":0.9,\"seed\":3,\"max_tokens\":30,\"frequency_penalty\":0.7,"
                                + "\"repetition_penalty\":1.2,\"ignore_eos\":true"),
                chat("hello, who are you?", ",\"temperature\":0"),
                chat("hello, who are you?", ",\"temperature\":0,\"stop\":[\"o\",\"你\"]"),
                chat("what time is it in Paris?", """
                        ,"temperature":0,"max_tokens":60,"tools":[{"type":"function","function":{"name":"get_time",\
                        "description":"the time in a city","parameters":{"type":"object",\
                        "properties":{"city":{"type":"string"}},"required":["city"]}}}],"tool_choice":"required\""""),
                chat("a person", """
                        ,"temperature":0.8,"seed":5,"max_tokens":80,"response_format":{"type":"json_schema",\
                        "json_schema":{"name":"p","schema":{"type":"object","properties":{"name":{"type":"string",\
                        "maxLength":12},"age":{"type":"integer"}},"required":["name","age"],\
                        "additionalProperties":false}}}"""));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void a_stream_goes_on_from_wherever_it_broke_as_if_it_had_not(String body) {
        Told whole = told(CHAT, body);
        assertThat(whole.points()).hasSizeGreaterThan(1);

        for (Said said : whole.points()) {
            Told rest = told(CHAT, resumed(body, whole.events().getFirst(), said.tokens()));

            assertThat(rest.resumed()).contains(said.tokens().size());
            List<JsonNode> events = new ArrayList<>(said.events());
            // The opening is known to a client that knows of the answer at all.
            events.addAll(events.isEmpty() ? whole.events().subList(0, 1) : List.of());
            events.addAll(rest.events());
            assertThat(events).isEqualTo(whole.events());
        }
    }

    @Test
    void a_plain_completion_goes_on_too() {
        String body = """
                {"model":"autoglm-nano","prompt":"once upon a time","stream":true,"temperature":0,"max_tokens":24,\
                "ignore_eos":true}""";
        Told whole = told(PLAIN, body);
        Said middle = whole.points().get(whole.points().size() / 2);

        Told rest = told(PLAIN, resumed(body, whole.events().getFirst(), middle.tokens()));

        assertThat(Stream.concat(middle.events().stream(), rest.events().stream()))
                .containsExactlyElementsOf(whole.events());
    }

    @Test
    void what_had_been_said_to_its_last_token_only_ends() {
        String body = chat("tell me a story", ",\"temperature\":0,\"max_tokens\":9,\"ignore_eos\":true");
        Told whole = told(CHAT, chat("tell me a story", ",\"temperature\":0,\"max_tokens\":40,\"ignore_eos\":true"));
        List<Integer> nine = whole.points().getLast().tokens().subList(0, 9);

        Told rest = told(CHAT, resumed(body, whole.events().getFirst(), nine));

        assertThat(rest.points()).hasSize(1);
        assertThat(rest.events()).hasSize(2);
        assertThat(rest.events().getFirst().at("/choices/0/finish_reason").textValue())
                .isEqualTo("length");
        assertThat(rest.events().getLast().at("/usage/completion_tokens").intValue())
                .isEqualTo(9);
    }

    @Test
    void nobody_who_did_not_ask_is_told_tokens() {
        assertThat(client.post(CHAT, chat("hello", ",\"max_tokens\":8")).body()).doesNotContain(Resumption.TOKENS);
        HttpRequest.Builder two = client.request(CHAT)
                .header("content-type", "application/json")
                .header(Headers.RESUMABLE, "true")
                .POST(HttpRequest.BodyPublishers.ofString(chat("hello", ",\"max_tokens\":8,\"n\":2")));
        assertThat(client.send(two).body()).doesNotContain(Resumption.TOKENS).contains("[DONE]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\":\"a\",\"created\":1,\"tokens\":[99999999]}",
                "{\"id\":\"a\",\"created\":1,\"tokens\":[-1]}",
                "{\"id\":\"a\",\"created\":1,\"tokens\":\"1\"}",
                "{\"id\":\"a\",\"created\":1}",
                "{\"id\":\"a\\n\",\"created\":1,\"tokens\":[]}",
                "{\"id\":\"a\",\"created\":-1,\"tokens\":[]}",
                "{\"created\":1,\"tokens\":[]}",
                "[]",
            })
    void what_cannot_be_gone_on_with_is_refused_by_name(String resume) {
        Client.Answer answer = client.post(CHAT, chat("hello", ",\"autoglm_resume\":" + resume));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error/param").textValue()).startsWith("autoglm_resume");
    }

    @Test
    void only_a_stream_of_one_answer_goes_on_and_only_within_its_form() {
        String resume = ",\"autoglm_resume\":{\"id\":\"a\",\"created\":1,\"tokens\":[17]}";

        for (String more : List.of(",\"n\":2", ",\"response_format\":{\"type\":\"json_object\"}")) {
            Client.Answer answer = client.post(CHAT, chat("hello", more + resume));

            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
            assertThat(answer.json().at("/error/param").textValue()).startsWith("autoglm_resume");
        }
        assertThat(client.post(
                                CHAT,
                                "{\"model\":\"autoglm-nano\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]"
                                        + resume + "}")
                        .status())
                .isEqualTo(400);
    }
}
