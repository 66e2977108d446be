package io.autoglm.gateway.chat;

import static io.autoglm.gateway.neighbours.Client.ask;
import static io.autoglm.gateway.neighbours.Client.chat;
import static io.autoglm.gateway.neighbours.Client.error;
import static io.autoglm.gateway.neighbours.Client.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.gateway.neighbours.Neighbours;
import io.autoglm.gateway.neighbours.ScriptedInstance;
import io.autoglm.gateway.neighbours.ScriptedInstance.Received;
import io.autoglm.gateway.neighbours.ScriptedInstance.Script;
import io.autoglm.gateway.neighbours.ScriptedScheduler;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A stream whose instance breaks goes on from another one, and the client sees one answer.
@QuarkusTest
@WithTestResource(Neighbours.class)
class ContinuationTest {
    private static final String OPENING = chunk("ours", "{\"role\":\"assistant\",\"content\":\"\"}");
    private static final String FINISH = "data: {\"id\":\"ours\",\"created\":17,\"choices\":[{\"index\":0,\"delta\":{},"
            + "\"finish_reason\":\"stop\"}]}\n\n";
    private static final String DONE = "data: [DONE]\n\n";

    /// Set by the test resource before each test.
    @SuppressWarnings("NullAway.Init")
    Neighbours neighbours;

    @BeforeEach
    void everybodyIsUp() {
        neighbours.reset();
        await().until(() -> chat(ask("warm up", false)).statusCode() == 200);
        neighbours.scheduler.everyLeaseIsBack();
        neighbours.reset();
    }

    @AfterEach
    void everyLeaseCameBackOnce() {
        neighbours.scheduler.everyLeaseIsBack();
    }

    private static String chunk(String id, String delta) {
        return "data: {\"id\":\"" + id + "\",\"created\":17,\"choices\":[{\"index\":0,\"delta\":" + delta + "}]}\n\n";
    }

    private static String word(String text) {
        return chunk("ours", "{\"content\":\"" + text + "\"}");
    }

    private static void begin(Received received) {
        received.response().putHeader("x-autoglm-resumable", "true");
        ScriptedInstance.beginStream(received);
    }

    /// An instance of ours that says this and then dies.
    private static Script dying(String said) {
        return received -> {
            begin(received);
            received.response()
                    .write(said)
                    .onSuccess(sent -> received.request().connection().close());
        };
    }

    private static Script saying(String said) {
        return received -> {
            begin(received);
            received.response().end(said);
        };
    }

    private static Script dyingStranger(String said) {
        return received -> {
            ScriptedInstance.beginStream(received);
            received.response()
                    .write(said)
                    .onSuccess(sent -> received.request().connection().close());
        };
    }

    private List<String> outcomes() {
        return neighbours.scheduler.released().values().stream()
                .map(outcome -> outcome.getString("result") + " " + outcome.getString("failed", ""))
                .sorted()
                .toList();
    }

    @Test
    void another_instance_goes_on_behind_the_last_token_that_was_told() {
        neighbours.first.next(dying(OPENING + word("one") + ": tokens 11 12\n\n" + word("two")));
        neighbours.second.next(saying(": resumed 2\n\n" + word("two") + ": tokens 13\n\n" + FINISH + DONE));

        String body = chat(ask("hi", true)).body();

        assertThat(body).isEqualTo(OPENING + word("one") + word("two") + FINISH + DONE);
        Received again = neighbours.second.received().getFirst();
        assertThat(again.body().getJsonObject("autoglm_resume"))
                .isEqualTo(new JsonObject()
                        .put("id", "ours")
                        .put("created", 17)
                        .put("tokens", new JsonArray().add(11).add(12)));
        again.body().remove("autoglm_resume");
        assertThat(again.body())
                .isEqualTo(neighbours.first.received().getFirst().body());
        neighbours.scheduler.everyLeaseIsBack();
        assertThat(outcomes()).containsExactly("failed instance-1", "ok ");
    }

    static Stream<String> waysToSayThatItEndsHere() {
        return Stream.of(
                "data: {\"error\":{\"message\":\"the engine failed\",\"type\":\"server_error\"}}\n\n",
                "data: {\"error\":{\"message\":\"it leaves\",\"type\":\"server_error\",\"code\":503}}\n\n",
                "");
    }

    @ParameterizedTest
    @MethodSource("waysToSayThatItEndsHere")
    void an_instance_that_says_that_it_cannot_go_on_is_followed_by_another(String last) {
        neighbours.first.next(saying(OPENING + word("one") + ": tokens 11\n\n" + last));
        neighbours.second.next(saying(": resumed 1\n\n" + word("two") + ": tokens 12\n\n" + FINISH + DONE));

        assertThat(chat(ask("hi", true)).body()).isEqualTo(OPENING + word("one") + word("two") + FINISH + DONE);
    }

    @Test
    void an_end_that_was_cut_off_is_told_once() {
        neighbours.first.next(dying(OPENING + word("one") + ": tokens 11\n\n" + FINISH));
        neighbours.second.next(saying(": resumed 1\n\n" + FINISH + DONE));

        assertThat(chat(ask("hi", true)).body()).isEqualTo(OPENING + word("one") + FINISH + DONE);
    }

    @Test
    void an_instance_that_begins_anew_is_not_listened_to() {
        for (String rest : List.of(word("two"), word("two") + FINISH + DONE)) {
            neighbours.reset();
            beginsAnew(OPENING + word("one") + rest);
        }
    }

    private void beginsAnew(String stream) {
        neighbours.first.next(dying(OPENING + word("one") + ": tokens 11\n\n"));
        neighbours.second.next(saying(stream));

        String body = chat(ask("hi", true)).body();

        assertThat(body).startsWith(OPENING + word("one") + "data: {\"error\"").doesNotContain("two", "[DONE]");
    }

    @Test
    void where_nobody_is_left_the_client_is_told_and_gets_what_there_was() {
        neighbours.first.next(dying(OPENING + word("one") + ": tokens 11\n\n" + word("two")));
        neighbours.second.next(ScriptedInstance::dropConnection);
        neighbours.second.next(ScriptedInstance::dropConnection);

        String body = chat(ask("hi", true)).body();

        assertThat(body).startsWith(OPENING + word("one") + "data: {\"error\"").doesNotContain("[DONE]");
    }

    @Test
    void a_stream_goes_on_as_often_as_instances_break_up_to_the_limit() {
        neighbours.scheduler.offerAlternatives(true);
        neighbours.first.next(dying(OPENING + word("one") + ": tokens 11\n\n"));
        neighbours.second.next(dying(": resumed 1\n\n" + word("two") + ": tokens 12\n\n"));

        String body = chat(ask("hi", true)).body();

        // Both have broken by then, and nobody else is there.
        assertThat(body).startsWith(OPENING + word("one") + word("two") + "data: {\"error\"");
        neighbours.scheduler.everyLeaseIsBack();
        assertThat(outcomes()).contains("failed instance-1", "failed instance-2");
    }

    @Test
    void comments_about_tokens_never_reach_a_client() {
        neighbours.first.next(saying(OPENING + word("one") + ": tokens 11\n\n: a sign of life\n\n" + word("two")
                + ": tokens 12\n\n" + FINISH + DONE));

        assertThat(chat(ask("hi", true)).body())
                .isEqualTo(OPENING + word("one") + ": a sign of life\n\n" + word("two") + FINISH + DONE);
        assertThat(neighbours.first.received().getFirst().header("x-autoglm-resumable"))
                .isEqualTo("true");
    }

    @Test
    void any_engine_goes_on_with_plain_text() {
        neighbours.first.next(dyingStranger(chunk("a", "{\"role\":\"assistant\"}")
                + chunk("a", "{\"content\":\"Hel\"}")
                + chunk("a", "{\"content\":\"lo\"}")));
        neighbours.second.next(received -> {
            ScriptedInstance.beginStream(received);
            received.response()
                    .end(chunk("b", "{\"role\":\"assistant\",\"content\":\"\"}")
                            + chunk("b", "{\"content\":\" world\"}")
                            + "data: {\"id\":\"b\",\"created\":99,\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                            + "data: {\"id\":\"b\",\"created\":99,\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":1,\"total_tokens\":13}}\n\n"
                            + DONE);
        });
        JsonObject request = new JsonObject(ask("hi", true))
                .put("max_tokens", 20)
                .put("stream_options", new JsonObject().put("include_usage", true));

        String body = chat(request.encode()).body();

        assertThat(body)
                .isEqualTo(chunk("a", "{\"role\":\"assistant\"}") + chunk("a", "{\"content\":\"Hel\"}")
                        + chunk("a", "{\"content\":\"lo\"}") + chunk("a", "{\"content\":\" world\"}")
                        + "data: {\"id\":\"a\",\"created\":17,\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                        + "data: {\"id\":\"a\",\"created\":17,\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":3,\"total_tokens\":13}}\n\n"
                        + DONE);
        JsonObject again = neighbours.second.received().getFirst().body();
        assertThat(again.getJsonArray("messages").getJsonObject(1))
                .isEqualTo(new JsonObject().put("role", "assistant").put("content", "Hello"));
        assertThat(again.getBoolean("continue_final_message")).isTrue();
        assertThat(again.getBoolean("add_generation_prompt")).isFalse();
        assertThat(again.getInteger("max_tokens")).isEqualTo(18);
    }

    @Test
    void a_plain_completion_of_any_engine_goes_on_behind_its_prompt() {
        String one = "data: {\"id\":\"a\",\"created\":1,\"choices\":[{\"index\":0,\"text\":\" upon\"}]}\n\n";
        String two = "data: {\"id\":\"a\",\"created\":1,\"choices\":[{\"index\":0,\"text\":\" a time\"}]}\n\n";
        neighbours.first.next(dyingStranger(one));
        neighbours.second.next(received -> {
            ScriptedInstance.beginStream(received);
            received.response().end(two + DONE);
        });

        String body = post(
                        "/v1/completions",
                        "{\"model\":\"" + ScriptedScheduler.MODEL + "\",\"prompt\":\"once\",\"stream\":true}")
                .body();

        assertThat(body).isEqualTo(one + two + DONE);
        assertThat(neighbours.second.received().getFirst().body().getString("prompt"))
                .isEqualTo("once upon");
    }

    @Test
    void what_has_a_form_as_a_whole_no_other_engine_goes_on_with() {
        neighbours.first.next(dyingStranger(chunk("a", "{\"content\":\"{\"}")));
        JsonObject request =
                new JsonObject(ask("hi", true)).put("response_format", new JsonObject().put("type", "json_object"));

        assertThat(chat(request.encode()).body()).contains("\"error\"").doesNotContain("[DONE]");
        assertThat(neighbours.second.received()).isEmpty();
    }

    @Test
    void a_request_that_is_too_large_to_be_kept_is_not_sent_again() {
        neighbours.first.next(dying(OPENING + word("one") + ": tokens 11\n\n"));

        assertThat(chat(ask("long ".repeat(60_000), true)).body())
                .contains("\"error\"")
                .doesNotContain("[DONE]");
        assertThat(neighbours.second.received()).isEmpty();
    }

    @Test
    void a_client_that_leaves_while_another_instance_is_asked_stops_that_one_too() throws Exception {
        neighbours.first.next(dying(OPENING + word("one") + ": tokens 11\n\n"));
        neighbours.second.next(silent -> {});
        HttpClientRequest request = neighbours.open();
        HttpClientResponse response = request.send(ask("hi", true))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        response.handler(part -> {});
        await().until(() -> !neighbours.second.received().isEmpty());

        request.reset();

        await().until(() -> neighbours.second.aborted() == 1);
        neighbours.scheduler.everyLeaseIsBack();
        assertThat(outcomes()).containsExactly("client-gone ", "failed instance-1");
    }

    @Test
    void nobody_but_the_gateway_says_what_an_answer_has_said() {
        JsonObject request = new JsonObject(ask("hi", true)).put("autoglm_resume", new JsonObject());

        assertThat(error(chat(request.encode())).getString("param")).isEqualTo("autoglm_resume");
        assertThat(neighbours.first.received()).isEmpty();
    }
}
