package io.autoglm.gateway.chat;

import static io.autoglm.gateway.neighbours.Client.ask;
import static io.autoglm.gateway.neighbours.Client.chat;
import static io.autoglm.gateway.neighbours.Client.error;
import static io.autoglm.gateway.neighbours.Client.header;
import static io.autoglm.gateway.neighbours.RawConnection.head;
import static io.autoglm.gateway.neighbours.ScriptedInstance.thought;
import static io.autoglm.gateway.neighbours.ScriptedInstance.word;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.gateway.neighbours.Neighbours;
import io.autoglm.gateway.neighbours.RawConnection;
import io.autoglm.gateway.neighbours.ScriptedInstance;
import io.autoglm.gateway.neighbours.ScriptedInstance.Received;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.http.HttpClientRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Every bound of a completion, made so narrow that a test reaches it.
@QuarkusTest
@TestProfile(BoundsTest.Narrow.class)
@WithTestResource(Neighbours.class)
class BoundsTest {
    public static final class Narrow implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.ofEntries(
                    Map.entry("autoglm.chat.body-timeout", "1s"),
                    Map.entry("autoglm.chat.max-bodies-bytes", "50000"),
                    Map.entry("autoglm.chat.max-body-bytes", "45000"),
                    Map.entry("autoglm.chat.timeout", "6s"),
                    Map.entry("autoglm.chat.write-timeout", "1s"),
                    Map.entry("autoglm.context.shared-sessions", "true"),
                    Map.entry("autoglm.oidc.required-role", "glm-user"),
                    Map.entry("autoglm.upstream.connect-timeout", "300ms"),
                    Map.entry("autoglm.upstream.idle-timeout", "1s"),
                    Map.entry("autoglm.upstream.max-answer-bytes", "100000"),
                    Map.entry("autoglm.upstream.max-connections", "2"),
                    Map.entry("autoglm.upstream.max-event-bytes", "200000"),
                    Map.entry("autoglm.upstream.max-waiting", "1"));
        }
    }

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
    void a_key_that_names_no_role_carries_the_required_one_whatever_its_name() {
        assertThat(chat(ask("hi", false)).statusCode()).isEqualTo(200);
        assertThat(chat(ask("hi", false), "Authorization", "Bearer " + Neighbours.ROLELESS_KEY)
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void a_session_is_shared_within_a_tenant_where_that_is_configured() {
        chat(ask("one", false), "X-Session-Id", "team");
        chat(ask("two", false), "X-Session-Id", "team", "Authorization", "Bearer " + Neighbours.COLLEAGUE_KEY);

        assertThat(neighbours.context.turns("acme", "team")).hasSize(2);
        assertThat(neighbours.first.received().getLast().body().getJsonArray("messages"))
                .hasSize(3);
    }

    @Test
    void a_stream_that_falls_silent_ends_and_its_instance_is_named() {
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            received.response().write(thought("Hm"));
        });

        HttpResponse<String> response = chat(ask("hi", true));

        assertThat(response.body()).startsWith(thought("Hm")).contains("deadline_exceeded");
        assertThat(neighbours.scheduler.outcome().getString("failed")).isEqualTo("instance-1");
    }

    @Test
    void an_event_beyond_the_limit_ends_the_stream() {
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            received.response().write(thought("Hm"));
            received.response().write("data: " + "x".repeat(300_000));
        });

        HttpResponse<String> response = chat(ask("hi", true));

        assertThat(response.body()).startsWith(thought("Hm")).contains("upstream_failed");
        assertThat(response.body().length()).isLessThan(10_000);
        await().untilAsserted(() -> assertThat(neighbours.first.aborted()).isEqualTo(1));
    }

    @Test
    void a_whole_answer_beyond_the_limit_is_none_and_its_instance_is_named() {
        neighbours.first.next(
                received -> ScriptedInstance.json(received, 200, ScriptedInstance.whole("x".repeat(150_000), 12, 4)));

        HttpResponse<String> response = chat(ask("hi", false));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(header(response, "x-autoglm-instance")).isEqualTo("instance-2");
        assertThat(neighbours.scheduler.outcome().getString("failed")).isEqualTo("instance-1");
    }

    @Test
    void the_requests_own_time_is_nobodys_fault() {
        neighbours.first.always(received -> {});

        assertThat(chat(ask("hi", false)).statusCode()).isEqualTo(504);

        assertThat(neighbours.scheduler.outcome().getString("result")).isEqualTo("refused");
        assertThat(neighbours.scheduler.outcome().containsKey("failed")).isFalse();
        assertThat(neighbours.second.received()).isEmpty();
    }

    @Test
    void a_stream_that_outlasts_its_request_ends_and_names_nobody() {
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            long beat = neighbours
                    .vertx()
                    .setPeriodic(200, tick -> received.response().write(word("a")));
            received.response().closeHandler(closed -> neighbours.vertx().cancelTimer(beat));
        });

        HttpResponse<String> response = chat(ask("hi", true));

        assertThat(response.body()).startsWith(word("a") + word("a")).contains("deadline_exceeded");
        assertThat(neighbours.scheduler.outcome().getString("result")).isEqualTo("refused");
        assertThat(neighbours.scheduler.outcome().containsKey("failed")).isFalse();
    }

    @Test
    void a_request_for_which_this_gateway_has_no_connection_left_goes_elsewhere_and_names_nobody() {
        Queue<Received> open = new ConcurrentLinkedQueue<>();
        neighbours.first.always(open::add);
        List<CompletableFuture<HttpResponse<String>>> answers = List.of(
                CompletableFuture.supplyAsync(() -> chat(ask("1", false))),
                CompletableFuture.supplyAsync(() -> chat(ask("2", false))));
        await().until(() -> open.size() == 2);

        HttpResponse<String> third = chat(ask("3", false));

        assertThat(third.statusCode()).isEqualTo(200);
        assertThat(header(third, "x-autoglm-instance")).isEqualTo("instance-2");
        open.forEach(ScriptedInstance::talk);
        answers.forEach(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
        await().until(() -> neighbours.scheduler.released().size() == 3);
        assertThat(neighbours.scheduler.released().values()).noneMatch(outcome -> outcome.containsKey("failed"));
    }

    @Test
    void a_client_that_stops_reading_counts_as_gone() {
        String event = word("x".repeat(50_000));
        neighbours.first.next(received -> {
            ScriptedInstance.beginStream(received);
            writeForEver(received, event);
        });
        HttpClientRequest request = neighbours.open();
        request.response().onSuccess(response -> response.pause());

        request.end(ask("hi", true));

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(neighbours.first.aborted()).isEqualTo(1));
        assertThat(neighbours.scheduler.outcome().getString("result")).isEqualTo("client-gone");
        assertThat(neighbours.scheduler.outcome().getInteger("tokens")).isPositive();
    }

    @Test
    void a_body_that_does_not_arrive_is_408_and_the_connection_closes() throws Exception {
        RawConnection connection = RawConnection.open(neighbours.vertx());
        connection.send(head(1_000) + "{\"model\":");

        assertThat(connection.end().get(20, TimeUnit.SECONDS))
                .startsWith("HTTP/1.1 408")
                .contains("request_timeout")
                .contains("invalid_request_error");
        assertThat(chat(ask("hi", false)).statusCode()).isEqualTo(200);
    }

    @Test
    void bodies_beyond_what_the_gateway_holds_are_told_to_come_back() throws Exception {
        RawConnection slow = RawConnection.open(neighbours.vertx());
        slow.send(head(40_000) + "x".repeat(39_000));

        await().untilAsserted(() -> {
            HttpResponse<String> other =
                    chat(ask("y".repeat(20_000), false), "Authorization", "Bearer " + Neighbours.COLLEAGUE_KEY);
            assertThat(other.statusCode()).isEqualTo(503);
            assertThat(error(other).getString("code")).isEqualTo("gateway_busy");
            assertThat(header(other, "retry-after")).isEqualTo("1");
        });

        assertThat(slow.end().get(20, TimeUnit.SECONDS)).startsWith("HTTP/1.1 408");
        assertThat(chat(ask("y".repeat(20_000), false)).statusCode()).isEqualTo(200);
    }

    @Test
    void an_account_whose_bodies_take_its_part_waits_and_the_others_go_on() throws Exception {
        RawConnection slow = RawConnection.open(neighbours.vertx());
        slow.send(head(40_000) + "x".repeat(39_000));

        await().untilAsserted(() -> {
            HttpResponse<String> same = chat(ask("y".repeat(8_000), false));
            assertThat(same.statusCode()).isEqualTo(429);
            assertThat(error(same).getString("type")).isEqualTo("rate_limit_error");
            assertThat(header(same, "retry-after")).isEqualTo("1");
        });
        assertThat(chat(ask("y".repeat(8_000), false), "Authorization", "Bearer " + Neighbours.COLLEAGUE_KEY)
                        .statusCode())
                .isEqualTo(200);

        slow.end().get(20, TimeUnit.SECONDS);
        assertThat(chat(ask("y".repeat(8_000), false)).statusCode()).isEqualTo(200);
    }

    private static void writeForEver(Received received, String event) {
        while (!received.response().writeQueueFull()) {
            received.response().write(event);
        }
        received.response().drainHandler(drained -> writeForEver(received, event));
    }
}
