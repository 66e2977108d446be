package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.FaultyProfile;
import io.autoglm.inference.NanoProfile;
import io.autoglm.inference.engine.FaultyEngineProvider;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What clients and the scheduler see when steps of the engine fail, and when there is no room.
@QuarkusTest
@TestProfile(FaultyProfile.class)
@Timeout(120)
class BadDayTest extends ServedTest {

    private static final String CHAT = "/v1/chat/completions";

    @Override
    @BeforeEach
    void connect() {
        FaultyEngineProvider.FAILURES.set(0);
        FaultyEngineProvider.GOOD.set(0);
        super.connect();
    }

    private static String request(String more) {
        return """
                {"model":"autoglm-nano","messages":[{"role":"user","content":"hello %d"}],\
                "temperature":0,"max_tokens":12,"ignore_eos":true%s}""".formatted(System.nanoTime(), more);
    }

    @Test
    void one_request_that_fails_is_not_the_instances_failure() {
        FaultyEngineProvider.FAILURES.set(1);

        Client.Answer failed = client.post(CHAT, request(""));

        assertThat(failed.status()).isEqualTo(500);
        assertThat(failed.json().at("/error/code").textValue()).isEqualTo("engine_failed");
        assertThat(client.get("/health").status()).isEqualTo(200);
        assertThat(client.post(CHAT, request("")).status()).isEqualTo(200);
    }

    @Test
    void a_token_that_the_model_has_no_embedding_for_is_the_request_s_fault_and_harms_no_other() throws Exception {
        CompletableFuture<Client.Answer> other = CompletableFuture.supplyAsync(() -> client.post(CHAT, request("")));

        Client.Answer answer = client.post(
                "/v1/completions",
                "{\"model\":\"autoglm-nano\",\"prompt\":\"a" + FaultyProfile.BEYOND + "\",\"max_tokens\":3}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.json().at("/error/param").textValue()).isEqualTo("prompt");
        assertThat(answer.json().at("/error/message").textValue())
                .isEqualTo("'prompt' holds '<|beyond|>', token 4096 of the tokenizer, but the model has embeddings"
                        + " for 4096 tokens");
        assertThat(other.get(60, TimeUnit.SECONDS).status()).isEqualTo(200);
    }

    @Test
    void an_instance_that_was_ejected_for_its_engine_recovers_without_any_traffic() {
        FaultyEngineProvider.FAILURES.set(5);
        for (int i = 0; i < 3; i++) {
            assertThat(client.post(CHAT, request("")).status()).isEqualTo(500);
        }

        Client.Answer health = client.get("/health");
        assertThat(health.status()).isEqualTo(503);
        assertThat(health.json().path("reason").textValue()).contains("steps in a row");
        await().atMost(Duration.ofSeconds(30)).until(() -> client.get("/health").status() == 200);
        assertThat(client.post(CHAT, request("")).status()).isEqualTo(200);
    }

    @Test
    void a_stream_that_fails_on_its_way_ends_with_the_error_and_not_as_if_it_were_done() {
        // Enough that the first of them is sent before the failure comes.
        FaultyEngineProvider.GOOD.set(100);
        FaultyEngineProvider.FAILURES.set(1);

        Client.Answer answer = client.post(CHAT, request(",\"stream\":true,\"max_tokens\":200"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).doesNotContain("[DONE]").endsWith("\n\n").doesNotContain("\"finish_reason\":\"");
        String last = answer.body().substring(answer.body().lastIndexOf("data: ") + 6);
        JsonNode error = new Client.Answer(200, last, answer.response()).json().path("error");
        assertThat(error.path("code").textValue()).isEqualTo("engine_failed");
        assertThat(answer.body().split("data: ")).hasSizeGreaterThan(2);
    }

    @Test
    void as_many_answers_as_slots_and_line_have_room_for_are_given_and_more_are_the_callers_fault() {
        Client.Answer most = client.post(CHAT, request(",\"n\":6"));
        Client.Answer more = client.post(CHAT, request(",\"n\":7"));

        assertThat(most.status()).as(most.body()).isEqualTo(200);
        assertThat(more.status()).isEqualTo(400);
        assertThat(more.json().at("/error/param").textValue()).isEqualTo("n");
    }

    @Test
    void bodies_that_are_on_their_way_are_bounded_together_and_give_their_room_back() throws IOException {
        String large = request(",\"user\":\"" + "x".repeat(500_000) + "\"");
        try (Socket slow = new Socket(base.getHost(), base.getPort())) {
            slow.getOutputStream()
                    .write(("POST " + CHAT + " HTTP/1.1\r\nhost: test\r\nauthorization: Bearer " + NanoProfile.TOKEN
                                    + "\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n{")
                            .getBytes(StandardCharsets.UTF_8));
            await().until(() -> client.post(CHAT, large).status() == 503);
            Client.Answer refused = client.post(CHAT, large);
            assertThat(refused.json().at("/error/code").textValue()).isEqualTo("overloaded");
            assertThat(refused.response().headers().firstValue("retry-after")).isPresent();
        }

        await().until(() -> client.post(CHAT, large).status() == 200);
    }
}
