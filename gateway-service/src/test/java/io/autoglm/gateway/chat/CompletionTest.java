package io.autoglm.gateway.chat;

import static io.autoglm.gateway.neighbours.Client.ask;
import static io.autoglm.gateway.neighbours.Client.chat;
import static io.autoglm.gateway.neighbours.Client.error;
import static io.autoglm.gateway.neighbours.Client.header;
import static io.autoglm.gateway.neighbours.Client.post;
import static io.autoglm.gateway.neighbours.ScriptedInstance.refusing;
import static io.autoglm.gateway.neighbours.ScriptedInstance.thought;
import static io.autoglm.gateway.neighbours.ScriptedInstance.usage;
import static io.autoglm.gateway.neighbours.ScriptedInstance.word;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.gateway.neighbours.Client;
import io.autoglm.gateway.neighbours.Neighbours;
import io.autoglm.gateway.neighbours.ScriptedInstance;
import io.autoglm.gateway.neighbours.ScriptedInstance.Received;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(Neighbours.class)
class CompletionTest {
    /// Set by the test resource before each test.
    @SuppressWarnings("NullAway.Init")
    Neighbours neighbours;

    @BeforeEach
    void everybodyIsUp() {
        neighbours.reset();
        // The breaker of an earlier test may still be open.
        await().until(() ->
                header(chat(ask("warm up", false)), "x-autoglm-degraded").isEmpty());
        neighbours.scheduler.everyLeaseIsBack();
        neighbours.reset();
    }

    @AfterEach
    void everyLeaseCameBackOnce() {
        neighbours.scheduler.everyLeaseIsBack();
    }

    @Test
    void an_answer_comes_back_byte_for_byte_with_its_ids_and_its_instance() {
        HttpResponse<String> response = chat(ask("hi", false), "X-Trace-Id", "my-trace");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .isEqualTo(ScriptedInstance.whole("Hello 世界!", 12, 4).encode());
        assertThat(header(response, "x-autoglm-instance")).isEqualTo("instance-1");
        assertThat(header(response, "x-trace-id")).isEqualTo("my-trace");
        assertThat(header(response, "x-request-id")).startsWith("req_");
        assertThat(header(response, "openai-processing-ms")).matches("[0-9]+");
        assertThat(header(response, "x-ratelimit-limit-requests")).isEqualTo("100000");
        assertThat(header(response, "x-autoglm-degraded")).isEmpty();
    }

    @Test
    void the_instance_gets_the_callers_own_bytes_and_the_headers_of_the_suite() {
        String body =
                "{ \"model\":\"nano\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"temperature\":0.10,\"new_field\":[1e2] }";

        chat(body, "x-autoglm-tenant", "somebody-else", "x-autoglm-internal-token", "guess", "X-Trace-Id", "t1");

        ScriptedInstance.Received received = neighbours.first.received().getFirst();
        assertThat(received.raw()).hasToString(body);
        assertThat(received.header("x-autoglm-internal-token")).isEqualTo(Neighbours.INTERNAL_TOKEN);
        assertThat(received.header("x-autoglm-tenant")).isEqualTo("acme");
        assertThat(received.header("x-trace-id")).isEqualTo("t1");
        assertThat(Long.parseLong(received.header("x-autoglm-timeout-ms"))).isBetween(1L, 600_000L);
        assertThat(received.header("authorization")).isEqualTo("null");
    }

    @Test
    void a_trace_begun_elsewhere_goes_on() {
        HttpResponse<String> response =
                chat(ask("hi", false), "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

        assertThat(header(response, "x-trace-id")).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(neighbours.first.received().getFirst().header("traceparent"))
                .startsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-");
    }

    @Test
    void a_trace_of_a_later_version_of_the_standard_goes_on_too() {
        HttpResponse<String> response =
                chat(ask("hi", false), "traceparent", "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more");

        assertThat(header(response, "x-trace-id")).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
    }

    @Test
    void a_stream_comes_byte_for_byte_without_the_usage_that_only_the_gateway_asked_for() {
        HttpResponse<String> response = chat(ask("hi", true));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(header(response, "content-type")).isEqualTo("text/event-stream");
        assertThat(response.body()).isEqualTo(streamOf(""));
        assertThat(neighbours
                        .first
                        .received()
                        .getFirst()
                        .body()
                        .getJsonObject("stream_options")
                        .getBoolean("include_usage"))
                .isTrue();
        JsonObject outcome = neighbours.scheduler.outcome();
        assertThat(outcome.getString("result")).isEqualTo("ok");
        assertThat(outcome.getInteger("tokens")).isEqualTo(4);
    }

    @Test
    void a_client_that_asks_for_usage_gets_it() {
        String body = new JsonObject(ask("hi", true))
                .put("stream_options", new JsonObject().put("include_usage", true))
                .encode();

        assertThat(chat(body).body()).isEqualTo(streamOf(usage(12, 4)));
        assertThat(neighbours.first.received().getFirst().raw()).hasToString(body);
    }

    @Test
    void unusual_framing_passes_unchanged() {
        String odd = String.join(
                "",
                ": ping\r\n\r\n",
                "event: x\r\nid: 7\r\ndata:{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\r\n\r\n",
                "data: {\"choices\":\ndata: [{\"delta\":{\"content\":\"é世\"}}]}\n\n",
                "data: not json at all\n\n",
                "data: [DONE]\n\n");
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            byte[] bytes = odd.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            for (byte one : bytes) {
                received.response().write(io.vertx.core.buffer.Buffer.buffer(new byte[] {one}));
            }
            received.response().end();
        });

        assertThat(chat(ask("hi", true)).body()).isEqualTo(odd);
    }

    @Test
    void text_completions_go_the_same_way() {
        HttpResponse<String> response = post("/v1/completions", "{\"model\":\"nano\",\"prompt\":\"Once\"}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(neighbours.first.received().getFirst().request().path()).isEqualTo("/v1/completions");
    }

    @Test
    void a_refusal_of_the_instance_passes_as_it_is() {
        neighbours.first.next(refusing(400, "temperature must be at most 2"));

        HttpResponse<String> response = chat(ask("hi", true));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response).getString("message")).isEqualTo("temperature must be at most 2");
        assertThat(neighbours.second.received()).isEmpty();
        assertThat(neighbours.scheduler.outcome().getString("result")).isEqualTo("refused");
    }

    @Test
    void an_instance_that_drops_the_connection_costs_a_retry_on_the_alternative() {
        for (boolean stream : List.of(false, true)) {
            neighbours.reset();
            neighbours.first.always(ScriptedInstance::dropConnection);

            HttpResponse<String> response = chat(ask("hi", stream));

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(header(response, "x-autoglm-instance")).isEqualTo("instance-2");
            JsonObject outcome = neighbours.scheduler.outcome();
            assertThat(outcome.getString("result")).isEqualTo("ok");
            assertThat(outcome.getString("served")).isEqualTo("instance-2");
            assertThat(outcome.getString("failed")).isEqualTo("instance-1");
        }
    }

    @Test
    void a_server_error_costs_a_retry_and_a_second_one_passes_as_it_is() {
        neighbours.first.next(refusing(503, "warming"));
        assertThat(chat(ask("hi", true)).body()).isEqualTo(streamOf(""));

        neighbours.first.next(refusing(500, "first"));
        neighbours.second.next(refusing(500, "second"));
        HttpResponse<String> response = chat(ask("hi", false));

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(error(response).getString("message")).isEqualTo("second");
    }

    @Test
    void a_request_whose_time_is_up_at_the_instance_is_not_sent_to_another() {
        for (boolean stream : List.of(false, true)) {
            neighbours.reset();
            neighbours.first.next(refusing(504, "too late"));

            HttpResponse<String> response = chat(ask("hi", stream));

            assertThat(response.statusCode()).isEqualTo(504);
            assertThat(error(response).getString("message")).isEqualTo("too late");
            assertThat(neighbours.second.received()).isEmpty();
            assertThat(neighbours.scheduler.outcome().getString("result")).isEqualTo("refused");
            assertThat(neighbours.scheduler.outcome().containsKey("failed")).isFalse();
        }
    }

    @Test
    void without_an_alternative_a_fresh_lease_leaves_the_failed_instance_out() {
        neighbours.scheduler.offerAlternatives(false);
        neighbours.first.always(ScriptedInstance::dropConnection);

        HttpResponse<String> response = chat(ask("hi", false));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(neighbours.scheduler.asked()).hasSize(2);
        assertThat(neighbours.scheduler.asked().getLast().getJsonArray("exclude"))
                .containsExactly("instance-1");
        await().until(() -> neighbours.scheduler.released().size() == 2);
        assertThat(neighbours.scheduler.outcome().getString("failed")).isEqualTo("instance-1");
    }

    @Test
    void a_body_cut_off_in_the_middle_is_retried_because_the_client_saw_none_of_it() {
        neighbours.first.next(received -> {
            received.response().putHeader("Content-Length", "1000").write("{\"id\":");
            received.request().connection().close();
        });

        HttpResponse<String> response = chat(ask("hi", false));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(header(response, "x-autoglm-instance")).isEqualTo("instance-2");
    }

    @Test
    void a_stream_that_breaks_before_its_first_token_is_retried_without_a_trace() {
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            ScriptedInstance.greeting(received);
            received.request().connection().close();
        });

        assertThat(chat(ask("hi", true)).body()).isEqualTo(streamOf(""));
    }

    @Test
    void a_stream_that_breaks_and_cannot_go_on_ends_with_an_error_event_and_no_done() {
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            received.response()
                    .write(thought("Hm") + word("Hel"))
                    .onSuccess(sent -> received.request().connection().close());
        });

        HttpResponse<String> response = chat(ask("hi", true));

        assertThat(response.body())
                .startsWith(thought("Hm") + word("Hel"))
                .contains("\"type\":\"server_error\"")
                .doesNotContain("[DONE]");
        assertThat(neighbours.second.received()).isEmpty();
        assertThat(neighbours.scheduler.outcome().getString("result")).isEqualTo("failed");
        assertThat(neighbours.scheduler.outcome().getString("failed")).isEqualTo("instance-1");
    }

    @Test
    void a_stream_that_just_ends_has_failed_too() {
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            received.response().end(thought("Hm") + word("Hel"));
        });

        assertThat(chat(ask("hi", true)).body()).contains("server_error").doesNotContain("[DONE]");
    }

    @Test
    void an_error_event_of_the_instance_passes_and_ends_the_stream() {
        String failure = "data: {\"error\":{\"message\":\"out of memory\",\"type\":\"server_error\"}}\n\n";
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            received.response().write(thought("Hm") + word("Hel"));
            received.response().end(failure);
        });

        assertThat(chat(ask("hi", true)).body()).isEqualTo(thought("Hm") + word("Hel") + failure);
        assertThat(neighbours.scheduler.outcome().getString("failed")).isEqualTo("instance-1");
    }

    @Test
    void an_error_event_that_is_the_requests_fault_is_not_held_against_the_instance() {
        String failure = "data: {\"error\":{\"message\":\"no such tool\",\"type\":\"invalid_request_error\"}}\n\n";
        for (String before : List.of("", word("Hel"))) {
            neighbours.reset();
            neighbours.first.next(received -> {
                ScriptedInstance.beginStream(received);
                received.response().end(before + failure);
            });

            assertThat(chat(ask("hi", true)).body()).isEqualTo(before + failure);

            assertThat(neighbours.scheduler.outcome().getString("result")).isEqualTo("refused");
            assertThat(neighbours.scheduler.outcome().containsKey("failed")).isFalse();
            assertThat(neighbours.second.received()).isEmpty();
        }
    }

    @Test
    void an_instance_that_is_full_costs_a_retry_and_is_not_called_ill() {
        String full = "data: {\"error\":{\"message\":\"full\",\"type\":\"rate_limit_error\"}}\n\n";
        List<ScriptedInstance.Script> waysToSay = List.of(refusing(429, "full"), refusing(503, "full"), received -> {
            ScriptedInstance.beginStream(received);
            received.response().end(full);
        });
        for (ScriptedInstance.Script way : waysToSay) {
            neighbours.reset();
            neighbours.first.next(way);

            assertThat(chat(ask("hi", true)).body()).isEqualTo(streamOf(""));

            assertThat(neighbours.scheduler.outcome().getString("result")).isEqualTo("ok");
            assertThat(neighbours.scheduler.outcome().getString("served")).isEqualTo("instance-2");
            assertThat(neighbours.scheduler.outcome().containsKey("failed")).isFalse();
        }
    }

    @Test
    void an_instance_that_has_just_unloaded_the_model_costs_a_retry_and_is_not_called_ill() {
        String absent = "{\"error\":{\"message\":\"The model `nano` does not exist\",\"type\":"
                + "\"invalid_request_error\",\"param\":\"model\",\"code\":\"model_not_found\"}}";
        for (boolean stream : new boolean[] {true, false}) {
            neighbours.reset();
            neighbours.first.next(received -> received.response()
                    .setStatusCode(404)
                    .putHeader("Content-Type", "application/json")
                    .end(absent));

            assertThat(chat(ask("hi", stream)).statusCode()).isEqualTo(200);

            assertThat(neighbours.scheduler.outcome().getString("result")).isEqualTo("ok");
            assertThat(neighbours.scheduler.outcome().getString("served")).isEqualTo("instance-2");
            assertThat(neighbours.scheduler.outcome().containsKey("failed")).isFalse();
        }
    }

    @Test
    void where_all_are_full_the_client_is_told_and_nobody_is_called_ill() {
        neighbours.first.next(refusing(503, "full"));
        neighbours.second.next(refusing(429, "full too"));

        HttpResponse<String> response = chat(ask("hi", false));

        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(error(response).getString("message")).isEqualTo("full too");
        assertThat(neighbours.scheduler.outcome().getString("result")).isEqualTo("refused");
        assertThat(neighbours.scheduler.outcome().containsKey("failed")).isFalse();
    }

    @Test
    void an_instance_that_broke_is_named_also_when_the_next_one_is_full() {
        neighbours.first.next(refusing(500, "broken"));
        neighbours.second.next(refusing(503, "full"));

        assertThat(chat(ask("hi", false)).statusCode()).isEqualTo(503);

        assertThat(neighbours.scheduler.outcome().getString("result")).isEqualTo("refused");
        assertThat(neighbours.scheduler.outcome().getString("failed")).isEqualTo("instance-1");
    }

    @Test
    void where_the_leased_instance_and_its_alternative_break_the_leased_one_is_named() {
        neighbours.first.next(refusing(500, "broken"));
        neighbours.second.next(refusing(502, "broken too"));

        assertThat(chat(ask("hi", false)).statusCode()).isEqualTo(502);

        assertThat(neighbours.scheduler.outcome().getString("result")).isEqualTo("failed");
        assertThat(neighbours.scheduler.outcome().getString("failed")).isEqualTo("instance-1");
    }

    @Test
    void a_connection_that_grew_too_old_costs_no_retry_and_no_name() {
        keepAConnection();
        neighbours.first.next(ScriptedInstance::dropConnection);

        HttpResponse<String> response = chat(ask("hi", false));

        assertThat(header(response, "x-autoglm-instance")).isEqualTo("instance-1");
        assertThat(neighbours.first.received()).hasSize(2);
        assertThat(neighbours.second.received()).isEmpty();
        assertThat(neighbours.scheduler.outcome().containsKey("failed")).isFalse();
    }

    @Test
    void a_connection_that_died_with_the_work_on_a_request_is_not_taken_for_one_that_grew_too_old() {
        keepAConnection();
        neighbours.first.next(
                received -> neighbours.vertx().setTimer(1_100, died -> ScriptedInstance.dropConnection(received)));

        HttpResponse<String> response = chat(ask("hi", false));

        assertThat(header(response, "x-autoglm-instance")).isEqualTo("instance-2");
        assertThat(neighbours.first.received()).hasSize(1);
        assertThat(neighbours.scheduler.outcome().getString("failed")).isEqualTo("instance-1");
    }

    @Test
    void a_client_that_leaves_a_kept_connection_opens_no_other() {
        keepAConnection();
        neighbours.first.next(received -> {});
        HttpClientRequest request = neighbours.open();
        request.end(ask("hi", false));
        await().until(() -> neighbours.first.received().size() == 1);

        request.connection().close();

        await().until(() -> neighbours.first.aborted() == 1);
        assertThat(header(chat(ask("opens the next one", false)), "x-autoglm-instance"))
                .isEqualTo("instance-1");
        assertThat(neighbours.first.unusedConnections()).isZero();
    }

    @Test
    void a_lease_that_has_ended_by_another_machines_clock_is_used_all_the_same() {
        neighbours.scheduler.leasesEnd(Instant.parse("2001-01-01T00:00:00Z"));

        assertThat(chat(ask("hi", false)).statusCode()).isEqualTo(200);
        assertThat(chat(ask("hi", true)).body()).isEqualTo(streamOf(""));
    }

    @Test
    void an_instance_without_an_address_is_left_for_another() {
        neighbours.scheduler.leaseNames(new JsonObject().put("id", "odd").put("url", "http://h:70000"));

        HttpResponse<String> response = chat(ask("hi", false));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(neighbours.scheduler.outcome().getString("failed")).isEqualTo("odd");
    }

    @Test
    void a_fault_of_the_gateway_itself_is_500_and_gives_everything_back() {
        // No header may hold a line break, so the name of this instance cannot be told.
        neighbours.scheduler.leaseNames(new JsonObject().put("id", "two\nlines").put("url", neighbours.first.url()));

        for (boolean stream : List.of(false, true)) {
            HttpResponse<String> response = chat(ask("hi", stream));

            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(error(response).getString("code")).isEqualTo("internal_error");
        }
    }

    @Test
    void a_stream_of_an_instance_that_is_gone_ends() throws Exception {
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            received.response().write(thought("Hm"));
        });
        CompletableFuture<Void> firstToken = new CompletableFuture<>();
        CompletableFuture<Void> end = new CompletableFuture<>();
        StringBuilder seen = new StringBuilder();
        HttpClientRequest request = neighbours.open();
        request.response().onSuccess(response -> {
            response.handler(part -> {
                seen.append(part);
                firstToken.complete(null);
            });
            response.endHandler(ended -> end.complete(null));
        });
        request.end(ask("hi", true));
        firstToken.get(20, TimeUnit.SECONDS);

        neighbours.scheduler.loses(neighbours.first);

        end.get(20, TimeUnit.SECONDS);
        assertThat(seen.toString()).startsWith(thought("Hm")).contains("server_error");
        assertThat(neighbours.scheduler.outcome().getString("failed")).isEqualTo("instance-1");
        await().untilAsserted(() -> assertThat(neighbours.first.aborted()).isEqualTo(1));
    }

    @Test
    void a_client_that_does_not_read_holds_the_instance_back() throws Exception {
        int events = 1_200;
        String event = word("x".repeat(50_000));
        AtomicInteger written = new AtomicInteger();
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            writeAsRead(received, event, events, written);
        });
        CompletableFuture<HttpClientResponse> begun = new CompletableFuture<>();
        HttpClientRequest request = neighbours.open();
        request.response().onSuccess(response -> {
            response.pause();
            begun.complete(response);
        });
        request.end(ask("hi", true));
        HttpClientResponse response = begun.get(20, TimeUnit.SECONDS);

        AtomicInteger before = new AtomicInteger(-1);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> before.getAndSet(written.get()) == written.get());
        assertThat(written.get()).isBetween(1, events - 1);

        AtomicLong bytes = new AtomicLong();
        CompletableFuture<Void> end = new CompletableFuture<>();
        response.handler(part -> bytes.addAndGet(part.length()));
        response.endHandler(ended -> end.complete(null));
        response.resume();
        end.get(60, TimeUnit.SECONDS);
        assertThat(bytes.get()).isGreaterThan((long) events * event.length());
    }

    private static void writeAsRead(Received received, String event, int events, AtomicInteger written) {
        while (written.get() < events) {
            if (received.response().writeQueueFull()) {
                received.response().drainHandler(drained -> writeAsRead(received, event, events, written));
                return;
            }
            received.response().write(event);
            written.incrementAndGet();
        }
        ScriptedInstance.endStream(received);
    }

    @Test
    void an_instance_that_stays_silent_is_given_up_for_another() {
        neighbours.first.next(received -> {});

        HttpResponse<String> response = chat(ask("hi", true));

        assertThat(response.body()).isEqualTo(streamOf(""));
        await().untilAsserted(() -> assertThat(neighbours.first.aborted()).isEqualTo(1));
    }

    @Test
    void a_client_that_leaves_during_the_stream_stops_the_instance_at_once() throws Exception {
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            received.response().write(word("Hel"));
        });
        CompletableFuture<Void> firstToken = new CompletableFuture<>();
        HttpClientRequest request = neighbours.open();
        request.response().onSuccess(response -> response.handler(part -> firstToken.complete(null)));
        request.end(ask("hi", true));
        firstToken.get(10, TimeUnit.SECONDS);

        request.connection().close();

        await().atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(neighbours.first.aborted()).isEqualTo(1));
        assertThat(neighbours.scheduler.outcome().getString("result")).isEqualTo("client-gone");
    }

    @Test
    void a_client_that_leaves_before_any_answer_stops_the_instance_too() {
        for (boolean stream : List.of(false, true)) {
            neighbours.reset();
            neighbours.first.next(received -> {});
            HttpClientRequest request = neighbours.open();
            request.end(ask("hi", stream));
            await().until(() -> neighbours.first.received().size() == 1);

            request.connection().close();

            await().atMost(20, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(neighbours.first.aborted()).isEqualTo(1));
            assertThat(neighbours.second.received()).isEmpty();
        }
    }

    @Test
    void a_refused_internal_token_is_not_the_callers_fault() {
        neighbours.first.next(refusing(401, "who are you"));

        assertThat(chat(ask("hi", false)).statusCode()).isEqualTo(502);
    }

    @Test
    void an_unknown_model_is_404_and_a_full_house_503_with_a_time_to_come_back() {
        HttpResponse<String> unknown = chat(ask("hi", false).replace("\"nano\"", "\"gpt-9\""));
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(error(unknown).getString("code")).isEqualTo("model_not_found");
        assertThat(error(unknown).getString("param")).isEqualTo("model");

        neighbours.scheduler.full(true);
        HttpResponse<String> full = chat(ask("hi", true));
        assertThat(full.statusCode()).isEqualTo(503);
        assertThat(header(full, "retry-after")).isEqualTo("3");
    }

    @Test
    void without_the_scheduler_requests_go_round_robin_and_say_so() {
        neighbours.scheduler.stop();

        List<HttpResponse<String>> responses = java.util.stream.IntStream.range(0, 8)
                .mapToObj(i -> chat(ask("hi", false)))
                .toList();

        assertThat(responses).allMatch(response -> response.statusCode() == 200);
        assertThat(responses)
                .allMatch(response -> header(response, "x-autoglm-degraded").equals("scheduler-down"));
        assertThat(neighbours.first.received()).hasSize(4);
        assertThat(neighbours.second.received()).hasSize(4);
        HttpResponse<String> unknown = chat(ask("hi", false).replace("\"nano\"", "\"gpt-9\""));
        assertThat(unknown.statusCode()).isEqualTo(404);

        neighbours.scheduler.start();
        await().until(() -> header(chat(ask("hi", false)), "x-autoglm-degraded").isEmpty());
    }

    @Test
    void a_scheduler_that_hangs_is_soon_not_waited_for_any_more() {
        neighbours.scheduler.hang(true);

        for (int i = 0; i < 20; i++) {
            assertThat(chat(ask("hi", false)).statusCode()).isEqualTo(200);
        }

        assertThat(neighbours.scheduler.asked()).hasSizeBetween(2, 10);
        neighbours.scheduler.hang(false);
        await().until(() -> header(chat(ask("hi", false)), "x-autoglm-degraded").isEmpty());
        neighbours.scheduler.everyLeaseIsBack();
        assertThat(neighbours.scheduler.released().values())
                .extracting(late -> late.getString("result"))
                .containsOnly("refused", "ok");
    }

    @Test
    void while_a_scheduler_settles_requests_go_to_the_instances_known_before() {
        neighbours.scheduler.settling(true);
        int lists = neighbours.scheduler.lists();
        await().until(() -> neighbours.scheduler.lists() > lists + 2);

        HttpResponse<String> response = chat(ask("hi", false));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(header(response, "x-autoglm-degraded")).isEqualTo("scheduler-settling");
        assertThat(new JsonObject(Client.send(Client.to("/health").GET()).body()).getInteger("readyInstances"))
                .isEqualTo(2);
        neighbours.scheduler.settling(false);
        await().until(() -> header(chat(ask("hi", false)), "x-autoglm-degraded").isEmpty());
    }

    @Test
    void a_model_that_is_unknown_while_a_scheduler_settles_may_still_report() {
        neighbours.scheduler.settling(true);

        HttpResponse<String> response = chat(ask("hi", false).replace("\"nano\"", "\"glm-new\""));

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(header(response, "retry-after")).isEqualTo("1");
        assertThat(error(response).getString("message")).isEqualTo("The scheduler waits for the instances to report.");
    }

    @Test
    void a_lease_that_the_scheduler_did_not_take_back_is_given_back_again() {
        neighbours.scheduler.refuseRelease(500);

        chat(ask("hi", false));

        await().atMost(Duration.ofSeconds(20))
                .until(() -> !neighbours.scheduler.released().isEmpty());
    }

    @Test
    void a_scheduler_that_has_just_restarted_makes_no_model_unknown() {
        neighbours.scheduler.forgetful(true);

        HttpResponse<String> response = chat(ask("hi", false));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(header(response, "x-autoglm-degraded")).isEqualTo("scheduler-settling");
    }

    private void keepAConnection() {
        chat(ask("opens a connection that is kept", false));
        neighbours.scheduler.everyLeaseIsBack();
        neighbours.reset();
    }

    /// The scripted stream, with something before `[DONE]`.
    private static String streamOf(String beforeDone) {
        StringBuilder all = new StringBuilder(
                "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}\n\n");
        ScriptedInstance.WORDS.forEach(word -> all.append(word(word)));
        return all.append(
                        "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n")
                .append(beforeDone)
                .append("data: [DONE]\n\n")
                .toString();
    }
}
