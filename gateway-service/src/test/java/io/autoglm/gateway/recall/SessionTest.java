package io.autoglm.gateway.recall;

import static io.autoglm.gateway.neighbours.Client.ask;
import static io.autoglm.gateway.neighbours.Client.chat;
import static io.autoglm.gateway.neighbours.Client.error;
import static io.autoglm.gateway.neighbours.Client.header;
import static io.autoglm.gateway.neighbours.ScriptedInstance.word;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.gateway.neighbours.Client;
import io.autoglm.gateway.neighbours.Neighbours;
import io.autoglm.gateway.neighbours.ScriptedInstance;
import io.autoglm.gateway.neighbours.ScriptedInstance.Received;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(Neighbours.class)
class SessionTest {
    /// Set by the test resource before each test.
    @SuppressWarnings("NullAway.Init")
    Neighbours neighbours;

    @BeforeEach
    void everybodyIsUp() {
        neighbours.reset();
    }

    @AfterEach
    void everyLeaseCameBackOnce() {
        neighbours.scheduler.everyLeaseIsBack();
    }

    @Test
    void the_second_turn_is_asked_with_the_first_before_it() {
        chat(ask("I am Ana", false), "X-Session-Id", "s1");
        chat(ask("Who am I?", true), "X-Session-Id", "s1");

        assertThat(contents(1)).containsExactly("I am Ana", "Hello 世界!", "Who am I?");
        List<JsonObject> turns = turns("s1");
        assertThat(turns).hasSize(2);
        assertThat(messages(turns.getLast())).containsExactly("Who am I?", "Hello 世界!");
        assertThat(turns.getFirst().getString("requestId")).startsWith("req_");
    }

    @Test
    void a_turn_costs_what_the_prompt_grew_by_and_the_answer() {
        chat(ask("one", false), "X-Session-Id", "s2");
        neighbours.first.next(received -> ScriptedInstance.json(received, 200, ScriptedInstance.whole("b", 30, 7)));
        chat(ask("two", false), "X-Session-Id", "s2");

        List<JsonObject> turns = turns("s2");
        assertThat(tokens(turns.getFirst())).isEqualTo(12 + 4);
        assertThat(tokens(turns.getLast())).isEqualTo(30 - 16 + 7);
    }

    @Test
    void the_end_of_an_answer_is_only_sent_when_the_turn_is_stored() throws Exception {
        neighbours.context.hold(true);
        List<String> seen = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        HttpClientRequest request = neighbours.open("X-Session-Id", "s3");
        request.response().onSuccess(response -> {
            response.handler(part -> seen.add(part.toString()));
            response.endHandler(end -> ended.complete(null));
        });
        request.end(ask("hi", true));
        await().until(() -> !neighbours.context.appends().isEmpty());

        await().during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(20))
                .until(() -> !String.join("", seen).contains("finish_reason")
                        && !String.join("", seen).contains("[DONE]")
                        && !ended.isDone());
        assertThat(String.join("", seen)).contains("Hel");
        neighbours.context.hold(false);

        ended.get(20, TimeUnit.SECONDS);
        assertThat(String.join("", seen)).contains("finish_reason").endsWith("data: [DONE]\n\n");
        assertThat(turns("s3")).hasSize(1);
    }

    @Test
    void an_append_that_got_no_answer_is_repeated_and_stored_once() {
        neighbours.context.nextAppendFails();

        HttpResponse<String> response = chat(ask("hi", false), "X-Session-Id", "s12");

        assertThat(header(response, "x-autoglm-degraded")).isEmpty();
        assertThat(neighbours.context.appends()).hasSize(2);
        assertThat(neighbours.context.appends().getFirst())
                .isEqualTo(neighbours.context.appends().getLast());
        assertThat(turns("s12")).hasSize(1);
    }

    @Test
    void what_an_instance_sends_after_its_end_does_not_end_the_request_again() throws Exception {
        neighbours.context.hold(true);
        CompletableFuture<Received> stream = new CompletableFuture<>();
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            received.response().write(word("a") + "data: [DONE]\n\n");
            stream.complete(received);
        });
        CompletableFuture<Buffer> whole = new CompletableFuture<>();
        HttpClientRequest request = neighbours.open("X-Session-Id", "s13");
        request.response().compose(HttpClientResponse::body).onSuccess(whole::complete);
        request.end(ask("hi", true));
        await().until(() -> !neighbours.context.appends().isEmpty());

        stream.get(20, TimeUnit.SECONDS).response().end(word("more") + "data: [DONE]\n\n");

        await().during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(20))
                .until(() -> neighbours.context.appends().size() == 1);
        neighbours.context.hold(false);
        assertThat(whole.get(20, TimeUnit.SECONDS)).hasToString(word("a") + "data: [DONE]\n\n");
        assertThat(turns("s13")).hasSize(1);
    }

    @Test
    void an_error_after_the_finish_reason_reaches_the_client() {
        String finish = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
        String failure = "data: {\"error\":{\"message\":\"out of memory\",\"type\":\"server_error\"}}\n\n";
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            received.response().end(word("a") + finish + failure);
        });

        HttpResponse<String> response = chat(ask("hi", true), "X-Session-Id", "s14");

        assertThat(response.body()).isEqualTo(word("a") + finish + failure);
        assertThat(neighbours.context.appends()).isEmpty();
    }

    @Test
    void two_subjects_of_a_tenant_do_not_share_a_session_of_the_same_name() {
        chat(ask("secret", false), "X-Session-Id", "same");
        chat(ask("hello", false), "X-Session-Id", "same", "Authorization", "Bearer " + Neighbours.COLLEAGUE_KEY);
        chat(ask("again", false), "X-Session-Id", "same");

        assertThat(contents(1)).containsExactly("hello");
        assertThat(contents(2)).containsExactly("secret", "Hello 世界!", "again");
    }

    @Test
    void the_same_subject_goes_on_with_a_token_where_it_began_with_a_key() {
        String token = neighbours.issuer.token("tester", "acme", Set.of("user"));

        chat(ask("secret", false), "X-Session-Id", "same");
        chat(ask("hello", false), "X-Session-Id", "same", "Authorization", "Bearer " + token);

        assertThat(contents(1)).containsExactly("secret", "Hello 世界!", "hello");
    }

    @Test
    void a_key_without_a_subject_is_nobody_with_a_token() {
        String token = neighbours.issuer.token("colleague", "acme", Set.of("user"));

        chat(ask("secret", false), "X-Session-Id", "same", "Authorization", "Bearer " + Neighbours.COLLEAGUE_KEY);
        chat(ask("hello", false), "X-Session-Id", "same", "Authorization", "Bearer " + token);

        assertThat(contents(1)).containsExactly("hello");
    }

    @Test
    void a_turn_that_could_not_be_stored_is_not_generated() {
        String message =
                new JsonObject().put("role", "user").put("content", "x").encode();
        HttpResponse<String> many = chat(messages((message + ",").repeat(127) + message), "X-Session-Id", "s15");
        HttpResponse<String> large = chat(
                messages(new JsonObject()
                        .put("role", "user")
                        .put("content", "x".repeat(101_000))
                        .encode()),
                "X-Session-Id",
                "s15");
        HttpResponse<String> role =
                chat(messages(message + "," + message.replace("user", "critic")), "X-Session-Id", "s15");

        assertThat(many.statusCode()).isEqualTo(400);
        assertThat(error(many).getString("param")).isEqualTo("messages");
        assertThat(large.statusCode()).isEqualTo(413);
        assertThat(error(large).getString("param")).isEqualTo("messages");
        assertThat(role.statusCode()).isEqualTo(400);
        assertThat(error(role).getString("param")).isEqualTo("messages[1].role");
        assertThat(neighbours.first.received()).isEmpty();
        assertThat(chat(messages((message + ",").repeat(126) + message), "X-Session-Id", "s15")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void tool_calls_that_came_in_pieces_are_remembered_whole() {
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            for (String piece : List.of(
                    "{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"\"}}",
                    "{\"index\":0,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}",
                    "{\"index\":0,\"function\":{\"arguments\":\"\\\"Lyon\\\"}\"}}",
                    "{\"index\":1,\"id\":\"call_2\",\"type\":\"function\",\"function\":{\"name\":\"now\",\"arguments\":\"{}\"}}")) {
                received.response()
                        .write("data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[" + piece + "]}}]}\n\n");
            }
            ScriptedInstance.endStream(received);
        });

        chat(ask("weather?", true), "X-Session-Id", "s4");

        JsonObject message = turns("s4")
                .getFirst()
                .getJsonObject("turn")
                .getJsonArray("messages")
                .getJsonObject(1);
        assertThat(message).isEqualTo(new JsonObject("""
                                {"role":"assistant","content":null,"tool_calls":[
                                  {"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Lyon\\"}"}},
                                  {"id":"call_2","type":"function","function":{"name":"now","arguments":"{}"}}]}"""));
    }

    @Test
    void what_an_engine_thought_is_not_remembered_under_any_of_its_names() {
        for (String name : List.of("reasoning_content", "reasoning")) {
            neighbours.first.next(received -> {
                JsonObject answer = ScriptedInstance.whole("Hello", 12, 4);
                answer.getJsonArray("choices")
                        .getJsonObject(0)
                        .getJsonObject("message")
                        .put(name, "The user greets me.");
                ScriptedInstance.json(received, 200, answer);
            });

            assertThat(chat(ask("hi", false), "X-Session-Id", name).body()).contains("The user greets me.");

            assertThat(turns(name).getFirst().encode()).contains("Hello").doesNotContain("greets");
        }
    }

    @Test
    void the_requests_system_text_stands_before_what_is_recalled_and_the_pinned_one_where_there_is_none() {
        neighbours.context.pin("acme", SessionId.of("tester", "s5"), message("system", "Be brief."));
        chat(ask("one", false), "X-Session-Id", "s5");
        String own = new JsonObject(ask("two", false))
                .put(
                        "messages",
                        new JsonArray().add(message("system", "Be long.")).add(message("user", "two")))
                .encode();
        chat(own, "X-Session-Id", "s5");

        assertThat(contents(0)).containsExactly("Be brief.", "one");
        assertThat(contents(1)).containsExactly("Be long.", "one", "Hello 世界!", "two");
    }

    @Test
    void the_window_leaves_room_for_the_answer_and_the_new_messages() {
        chat(ask("hi", false), "X-Session-Id", "s6");
        chat(new JsonObject(ask("hi", false)).put("max_tokens", 900).encode(), "X-Session-Id", "s6");
        chat(new JsonObject(ask("hi", false)).put("max_tokens", 5000).encode(), "X-Session-Id", "s6");

        assertThat(neighbours.context.budgets().get(0)).isBetween(700, 749);
        assertThat(neighbours.context.budgets().get(1)).isBetween(50, 99);
        assertThat(neighbours.context.budgets().get(2)).isZero();
    }

    @Test
    void tenants_do_not_share_a_session_of_the_same_name() {
        chat(ask("secret", false), "X-Session-Id", "same");
        chat(ask("hello", false), "X-Session-Id", "same", "Authorization", "Bearer " + Neighbours.FOREIGN_KEY);

        assertThat(contents(1)).containsExactly("hello");
        assertThat(neighbours.context.turns("globex", SessionId.of("key:foreign", "same")))
                .hasSize(1);
    }

    @Test
    void while_the_context_service_is_away_a_session_is_503_and_the_rest_goes_on() {
        neighbours.context.stop();

        HttpResponse<String> response = chat(ask("hi", false), "X-Session-Id", "s7");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(error(response).getString("code")).isEqualTo("context_unavailable");
        assertThat(header(response, "retry-after")).isNotEmpty();
        assertThat(chat(ask("hi", false)).statusCode()).isEqualTo(200);
        assertThat(neighbours.scheduler.granted()).isEqualTo(1);
    }

    @Test
    void an_answer_that_could_not_be_stored_is_given_and_marked() {
        neighbours.context.appendsFail(true);

        HttpResponse<String> whole = chat(ask("hi", false), "X-Session-Id", "s8");
        HttpResponse<String> stream = chat(ask("hi", true), "X-Session-Id", "s8");

        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(header(whole, "x-autoglm-degraded")).isEqualTo("not-remembered");
        assertThat(stream.body()).contains(": not-remembered\n\n").endsWith("data: [DONE]\n\n");
    }

    @Test
    void a_stream_that_went_on_elsewhere_is_remembered_whole() {
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            received.response().end(word("Hel"));
        });
        neighbours.second.next(received -> {
            ScriptedInstance.beginStream(received);
            received.response().write(word("lo"));
            ScriptedInstance.endStream(received);
        });

        chat(ask("hi", true), "X-Session-Id", "s-broken");

        assertThat(turns("s-broken").getLast().encode()).contains("\"content\":\"Hello\"");
    }

    @Test
    void a_failed_stream_stores_nothing() {
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            received.response().end(ScriptedInstance.thought("Hm") + word("Hel"));
        });

        chat(ask("hi", true), "X-Session-Id", "s9");

        nothingIsAppended();
    }

    @Test
    void a_stream_that_its_client_left_stores_nothing() throws Exception {
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            received.response().write(word("Hel"));
        });
        CompletableFuture<Buffer> firstPart = new CompletableFuture<>();
        HttpClientRequest request = neighbours.open("X-Session-Id", "s10");
        request.response().onSuccess(response -> response.handler(firstPart::complete));
        request.end(ask("hi", true));
        firstPart.get(10, TimeUnit.SECONDS);

        request.connection().close();

        await().until(() -> neighbours.first.aborted() == 1);
        nothingIsAppended();
    }

    @Test
    void what_cannot_be_remembered_is_refused_and_not_ignored() {
        HttpResponse<String> badName = chat(ask("hi", false), "X-Session-Id", "no spaces");
        HttpResponse<String> many =
                chat(new JsonObject(ask("hi", false)).put("n", 2).encode(), "X-Session-Id", "s11");
        HttpResponse<String> text =
                Client.post("/v1/completions", "{\"model\":\"nano\",\"prompt\":\"x\"}", "X-Session-Id", "s11");

        assertThat(List.of(badName.statusCode(), many.statusCode(), text.statusCode()))
                .containsOnly(400);
        assertThat(error(badName).getString("param")).isEqualTo("X-Session-Id");
        assertThat(error(many).getString("param")).isEqualTo("n");
    }

    /// A turn is stored before its request is settled.
    private void nothingIsAppended() {
        neighbours.scheduler.everyLeaseIsBack();
        assertThat(neighbours.context.appends()).isEmpty();
    }

    private List<JsonObject> turns(String session) {
        return neighbours.context.turns("acme", SessionId.of("tester", session));
    }

    /// @param messages separated by commas
    private static String messages(String messages) {
        return "{\"model\":\"nano\",\"messages\":[" + messages + "]}";
    }

    /// The texts of the messages that the instance saw in its n-th request.
    private List<String> contents(int request) {
        return texts(neighbours.first.received().get(request).body().getJsonArray("messages"));
    }

    private static List<String> messages(JsonObject append) {
        return texts(append.getJsonObject("turn").getJsonArray("messages"));
    }

    private static int tokens(JsonObject append) {
        return append.getJsonObject("turn").getInteger("tokens");
    }

    private static List<String> texts(JsonArray messages) {
        return messages.stream()
                .map(message -> ((JsonObject) message).getString("content"))
                .collect(Collectors.toList());
    }

    private static JsonObject message(String role, String content) {
        return new JsonObject().put("role", role).put("content", content);
    }
}
