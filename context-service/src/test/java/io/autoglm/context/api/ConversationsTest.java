package io.autoglm.context.api;

import static io.restassured.RestAssured.given;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.autoglm.context.RealRedis;
import io.autoglm.protocol.Headers;
import io.autoglm.redis.RedisProcess;
import io.autoglm.redis.Tunnel;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(RealRedis.class)
class ConversationsTest {
    /// Injected by {@link RealRedis}.
    @SuppressWarnings("NullAway.Init")
    RedisProcess redis;

    /// Injected by {@link RealRedis}.
    @SuppressWarnings("NullAway.Init")
    Tunnel tunnel;

    @SuppressWarnings("NullAway.Init") // set by Quarkus
    @TestHTTPResource(value = "/", management = true)
    URI management;

    private final String tenant = "tenant-" + UUID.randomUUID();

    @AfterEach
    void redis_is_there_for_the_next_test() throws IOException {
        redis.start();
        redis.command("REPLICAOF NO ONE");
        redis.command("CONFIG SET maxmemory 0");
        redis.command("CONFIG SET maxmemory-policy noeviction");
        await().atMost(20, SECONDS)
                .until(() -> append("after", "r", 1, user("hi")).extract().statusCode() == 200);
    }

    @Test
    void what_was_appended_is_recalled_newest_first_to_fit_and_oldest_first_in_order() {
        append("s", "r1", 10, user("my name is Mia"), assistant("hello Mia")).statusCode(200);
        append("s", "r2", 20, user("and I live in Köln 😀"), assistant("nice")).statusCode(200);

        window("s", 30)
                .statusCode(200)
                .body("version", equalTo(2))
                .body("tokens", equalTo(30))
                .body("dropped", equalTo(0))
                .body("turns[0].messages[0].content", equalTo("my name is Mia"))
                .body("turns[1].messages[0].content", equalTo("and I live in Köln 😀"));
        window("s", 29)
                .body("turns.size()", equalTo(1))
                .body("dropped", equalTo(1))
                .body("turns[0].tokens", equalTo(20));
    }

    @Test
    void a_conversation_that_is_not_there_has_an_empty_window() {
        window("nowhere", 100)
                .statusCode(200)
                .body("version", equalTo(0))
                .body("turns.size()", equalTo(0))
                .body("pinned.size()", equalTo(0));
    }

    @Test
    void system_messages_are_pinned_and_replaced_by_newer_ones() {
        append("s", "r1", 5, message("system", "be brief"), user("hi"), assistant("hi"));
        append("s", "r2", 5, user("more"), assistant("more"));
        window("s", 100)
                .body("pinned.content", equalTo(List.of("be brief")))
                .body("turns[0].messages.size()", equalTo(2));

        append("s", "r3", 5, message("developer", "be long"), user("hi"), assistant("hi"));

        window("s", 0).body("pinned.content", equalTo(List.of("be long"))).body("turns.size()", equalTo(0));
    }

    @Test
    void a_repeated_append_changes_nothing_and_is_acknowledged() {
        append("s", "r1", 5, user("hi"), assistant("hi")).body("version", equalTo(1));

        append("s", "r1", 5, user("hi"), assistant("hi")).statusCode(200).body("version", equalTo(1));

        window("s", 100).body("turns.size()", equalTo(1));
    }

    @Test
    void an_append_to_another_version_is_refused() {
        String body = """
                {"turn":{"messages":[%s],"tokens":1},"requestId":"%s","expectedVersion":%d}""";
        post("/v1/conversations/s/turns", body.formatted(user("a"), "r1", 0)).statusCode(200);

        post("/v1/conversations/s/turns", body.formatted(user("b"), "r2", 0))
                .statusCode(409)
                .body("error.code", equalTo("version_conflict"))
                .body("error.param", equalTo("expectedVersion"));

        post("/v1/conversations/s/turns", body.formatted(user("b"), "r2", 1))
                .statusCode(200)
                .body("version", equalTo(2));
    }

    @Test
    void one_tenant_never_sees_the_conversation_of_another() {
        append("shared-id", "r1", 5, user("secret"), assistant("ok"));

        as("another-" + tenant).get("/v1/conversations/shared-id").then().statusCode(404);
        as("another-" + tenant).delete("/v1/conversations/shared-id").then().statusCode(404);
        as("another-" + tenant).get("/v1/conversations").then().body("data.size()", equalTo(0));
        as("another-" + tenant)
                .get("/v1/conversations/shared-id/window?tokens=100")
                .then()
                .body("turns.size()", equalTo(0));
        window("shared-id", 100).body("turns.size()", equalTo(1));
    }

    @Test
    void a_hundred_appends_at_once_all_stay() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers = IntStream.range(0, 100)
                    .mapToObj(i -> threads.submit(() -> append_to_busy(i)))
                    .toList();
            for (int i = 0; i < answers.size(); i++) {
                // A slow machine may answer 503; then an append is repeated under its request id, as callers do.
                int number = i;
                if (answers.get(i).get() != 200) {
                    await().atMost(20, SECONDS).until(() -> append_to_busy(number) == 200);
                }
            }
        }

        List<String> contents = window("busy", 1_000).extract().path("turns.collect { it.messages[0].content }");
        assertThat(contents).hasSize(100);
        assertThat(new HashSet<>(contents)).hasSize(100);
    }

    @Test
    void the_oldest_turns_go_when_a_conversation_holds_too_many() {
        for (int i = 1; i <= 205; i++) {
            append("long", "r" + i, 2, user("m" + i)).statusCode(200);
        }

        as(tenant)
                .get("/v1/conversations/long")
                .then()
                .body("version", equalTo(205))
                .body("turns", equalTo(200))
                .body("tokens", equalTo(400));
        as(tenant)
                .get("/v1/conversations/long/turns?limit=2")
                .then()
                .body("first", equalTo(6))
                .body("next", equalTo(7))
                .body("data[0].messages[0].content", equalTo("m6"));
        as(tenant)
                .get("/v1/conversations/long/turns?after=204")
                .then()
                .body("data.size()", equalTo(1))
                .body("data[0].messages[0].content", equalTo("m205"))
                .body("next", nullValue());
        window("long", 10).body("turns.size()", equalTo(5)).body("dropped", equalTo(195));
    }

    @Test
    void a_created_conversation_has_an_id_that_cannot_be_guessed_and_its_own_time_to_live() {
        JsonPath created = post("/v1/conversations", "{\"ttlSeconds\":60,\"metadata\":{\"topic\":\"travel\"}}")
                .statusCode(201)
                .header("Location", containsString("/v1/conversations/conv_"))
                .body("id", matchesPattern("conv_[A-Za-z0-9_-]{32}"))
                .body("metadata.topic", equalTo("travel"))
                .extract()
                .jsonPath();

        append(created.getString("id"), "r1", 1, user("hi"));

        as(tenant)
                .get("/v1/conversations/" + created.getString("id"))
                .then()
                .body("turns", equalTo(1))
                .body("metadata.topic", equalTo("travel"))
                .body("createdAt", equalTo(created.getString("createdAt")));
        post("/v1/conversations", "{\"id\":\"" + created.getString("id") + "\"}")
                .statusCode(409)
                .body("error.code", equalTo("conversation_exists"));
    }

    @Test
    void a_deleted_conversation_is_gone_from_everywhere() {
        append("s", "r1", 1, user("hi"));

        as(tenant).delete("/v1/conversations/s").then().statusCode(204);

        as(tenant)
                .get("/v1/conversations/s")
                .then()
                .statusCode(404)
                .body("error.code", equalTo("conversation_not_found"));
        as(tenant).get("/v1/conversations").then().body("data.size()", equalTo(0));
        window("s", 100).body("turns.size()", equalTo(0));
        as(tenant).delete("/v1/conversations/s").then().statusCode(404);
    }

    @Test
    void one_that_is_begun_anew_while_it_is_deleted_stays_on_the_list() throws IOException {
        append("s", "r1", 1, user("hi"));
        String place = "ZRANK " + key("index") + " s";
        await().atMost(10, SECONDS).until(() -> redis.command(place).equals(":0"));

        redis.command("ZADD " + key("index") + " 9999999999999 s");
        as(tenant).delete("/v1/conversations/s").then().statusCode(204);

        await().during(500, MILLISECONDS)
                .atMost(5, SECONDS)
                .until(() -> redis.command(place).equals(":0"));
    }

    @Test
    void the_list_is_paged_newest_first_and_names_each_conversation_once() {
        for (int i = 0; i < 7; i++) {
            append("c" + i, "r", 1, user("hi"));
        }
        append("c0", "r2", 1, user("again"));
        await().atMost(10, SECONDS)
                .until(() -> redis.command("ZREVRANK " + key("index") + " c0").equals(":0"));

        List<String> ids = new ArrayList<>();
        String after = "";
        while (after != null) {
            JsonPath page = as(tenant)
                    .get("/v1/conversations?limit=3" + (after.isEmpty() ? "" : "&after=" + after))
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            ids.addAll(page.getList("data.id"));
            after = page.getString("next");
        }

        assertThat(ids).startsWith("c0").hasSize(7).doesNotHaveDuplicates();
    }

    @Test
    void an_expired_conversation_leaves_the_list_by_itself() throws IOException {
        post("/v1/conversations", "{\"id\":\"short\",\"ttlSeconds\":1}").statusCode(201);
        append("kept", "r1", 1, user("hi"));

        await().atMost(10, SECONDS)
                .untilAsserted(() -> as(tenant)
                        .get("/v1/conversations")
                        .then()
                        .body("data.id", not(hasItem("short")))
                        .body("data.id", hasItem("kept")));

        await().atMost(10, SECONDS)
                .until(() -> redis.command("ZCARD " + key("index")).equals(":1"));
    }

    @Test
    void use_starts_the_time_to_live_again() throws IOException {
        post("/v1/conversations", "{\"id\":\"used\",\"ttlSeconds\":500}").statusCode(201);
        append("used", "r1", 1, user("hi"));
        for (String part : List.of("meta", "turns", "requests")) {
            redis.command("PEXPIRE " + key("used", part) + " 60000");
        }

        window("used", 10);

        for (String part : List.of("meta", "turns", "requests")) {
            String remaining = redis.command("PTTL " + key("used", part));
            assertThat(Long.parseLong(remaining.substring(1))).isGreaterThan(400_000);
        }
    }

    @Test
    void redis_killed_while_turns_are_appended_loses_none_that_was_acknowledged() throws Exception {
        Set<String> acknowledged = new HashSet<>();
        int sent = 0;
        while (sent < 40) {
            if (sent == 20) {
                redis.kill();
            }
            String name = "m" + sent++;
            if (append("durable", "r-" + name, 1, user(name)).extract().statusCode() == 200) {
                acknowledged.add(name);
            }
        }
        redis.start();
        await().atMost(10, SECONDS).until(() -> window("durable", 0).extract().statusCode() == 200);

        List<String> kept = window("durable", 1_000).extract().path("turns.collect { it.messages[0].content }");
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(20);
        assertThat(kept).containsAll(acknowledged);
    }

    @Test
    void without_redis_every_operation_says_when_to_try_again() {
        redis.kill();

        List.of(
                        append("s", "r1", 1, user("hi")),
                        window("s", 1),
                        post("/v1/conversations", "{}"),
                        as(tenant).get("/v1/conversations").then(),
                        as(tenant).get("/v1/conversations/s").then(),
                        as(tenant).delete("/v1/conversations/s").then())
                .forEach(answer -> answer.statusCode(503)
                        .header("Retry-After", "1")
                        .body("error.type", equalTo("server_error"))
                        .body("error.code", equalTo("context_unavailable")));
    }

    @Test
    void a_redis_that_has_forgotten_the_scripts_is_given_them_again() throws IOException {
        append("s", "r1", 1, user("hi"));
        redis.command("SCRIPT FLUSH");

        append("s", "r2", 1, user("hi")).statusCode(200).body("version", equalTo(2));
    }

    @Test
    void a_redis_that_starts_to_evict_conversations_is_refused_until_it_stops() throws IOException {
        redis.command("CONFIG SET maxmemory 100mb");
        redis.command("CONFIG SET maxmemory-policy volatile-lru");
        await().atMost(10, SECONDS).until(() -> window("s", 1).extract().statusCode() == 503);

        redis.command("CONFIG SET maxmemory-policy noeviction");

        await().atMost(10, SECONDS).until(() -> window("s", 1).extract().statusCode() == 200);
        redis.command("CONFIG SET maxmemory 0");
    }

    @Test
    void a_full_redis_refuses_and_keeps_what_it_has() throws IOException {
        append("s", "r1", 1, user("hi"));
        redis.command("CONFIG SET maxmemory 1");

        append("s", "r2", 1, user("hi"))
                .statusCode(503)
                .header("Retry-After", "1")
                .body("error.code", equalTo("context_unavailable"))
                .body("error.message", containsString("refuses"));
        redis.command("CONFIG SET maxmemory 0");

        window("s", 10).body("version", equalTo(1)).body("turns.size()", equalTo(1));
    }

    @Test
    void a_redis_that_takes_no_writes_makes_the_service_not_ready_and_the_reason_is_told() throws IOException {
        redis.command("CONFIG SET maxmemory 1");
        await().atMost(10, SECONDS).until(this::notReadyBecause, containsString("its memory is full (OOM)"));
        redis.command("CONFIG SET maxmemory 0");
        await().atMost(10, SECONDS).until(() -> readiness().extract().statusCode() == 200);

        redis.command("REPLICAOF 127.0.0.1 1");
        await().atMost(10, SECONDS).until(this::notReadyBecause, containsString("it is a replica (READONLY)"));
        redis.command("REPLICAOF NO ONE");
        await().atMost(10, SECONDS).until(() -> readiness().extract().statusCode() == 200);
    }

    @Test
    void the_reason_of_an_absence_names_no_address() {
        redis.kill();

        await().atMost(10, SECONDS).until(this::notReadyBecause, containsString("away"));

        assertThat(notReadyBecause()).doesNotContain("127.0.0.1").doesNotContain("" + tunnel.port());
    }

    @Test
    void a_conversation_whose_turns_were_deleted_by_somebody_else_goes_on_with_new_ones() throws IOException {
        append("s", "r1", 7, user("old"));
        redis.command("HSET " + key("s", "meta") + " turns 200 tokens 1400 bytes 999999999");
        redis.command("DEL " + key("s", "turns"));
        window("s", 100).statusCode(200).body("version", equalTo(1)).body("turns.size()", equalTo(0));
        as(tenant).get("/v1/conversations/s/turns").then().statusCode(200).body("data.size()", equalTo(0));

        append("s", "r2", 5, user("new"))
                .statusCode(200)
                .body("turns", equalTo(1))
                .body("tokens", equalTo(5));
        append("s", "r3", 6, user("newer"))
                .statusCode(200)
                .body("turns", equalTo(2))
                .body("tokens", equalTo(11));

        window("s", 100)
                .body("version", equalTo(3))
                .body("turns.collect { it.messages[0].content }", equalTo(List.of("new", "newer")));
    }

    @Test
    void a_conversation_whose_head_was_deleted_by_somebody_else_begins_anew() throws IOException {
        append("s", "r1", 7, user("old"));
        redis.command("DEL " + key("s", "meta"));
        window("s", 100).statusCode(200).body("version", equalTo(0)).body("turns.size()", equalTo(0));

        append("s", "r1", 5, user("new"))
                .statusCode(200)
                .body("version", equalTo(1))
                .body("tokens", equalTo(5));

        window("s", 100).body("turns.collect { it.messages[0].content }", equalTo(List.of("new")));
        redis.command("DEL " + key("s", "meta"));
        post("/v1/conversations", "{\"id\":\"s\"}").statusCode(201);
        append("s", "r2", 6, user("newest"))
                .statusCode(200)
                .body("turns", equalTo(1))
                .body("tokens", equalTo(6));
    }

    @Test
    void a_conversation_whose_request_ids_were_deleted_by_somebody_else_goes_on() throws IOException {
        append("s", "r1", 7, user("old"));
        redis.command("DEL " + key("s", "requests"));

        append("s", "r2", 5, user("new")).statusCode(200).body("version", equalTo(2));

        window("s", 100).body("turns.size()", equalTo(2));
    }

    @Test
    void connections_that_went_silent_are_given_up_within_seconds() throws Exception {
        fill_the_pool();
        tunnel.silence();

        fill_the_pool();

        await().atMost(8, SECONDS)
                .until(() -> append("s", "again", 1, user("hi")).extract().statusCode() == 200);
    }

    @Test
    void a_redis_that_stood_still_is_used_again_as_soon_as_it_goes_on() throws Exception {
        redis.suspend();
        try {
            fill_the_pool();
            window("s", 1).statusCode(503).body("error.message", containsString("cannot be reached"));
        } finally {
            redis.resume();
        }

        await().atMost(8, SECONDS).until(() -> window("s", 1).extract().statusCode() == 200);
    }

    private int append_to_busy(int number) {
        return append("busy", "r" + number, 1, user("m" + number), assistant("ok"))
                .extract()
                .statusCode();
    }

    /// More operations at once than there are connections.
    private void fill_the_pool() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = IntStream.range(0, 40)
                    .<Future<?>>mapToObj(i -> threads.submit(() -> append("s" + i, "r", 1, user("hi"))))
                    .toList();
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    @Test
    void a_body_at_fault_is_answered_with_the_field_at_fault() {
        refused("{\"turn\":{\"messages\":[],\"tokens\":1},\"requestId\":\"r\"}", "turn.messages");
        refused("{\"turn\":{\"messages\":\"hi\",\"tokens\":1},\"requestId\":\"r\"}", "turn.messages");
        refused("{\"turn\":{\"messages\":[3],\"tokens\":1},\"requestId\":\"r\"}", "turn.messages[0]");
        refused(
                "{\"turn\":{\"messages\":[{\"role\":\"king\"}],\"tokens\":1},\"requestId\":\"r\"}",
                "turn.messages[0].role");
        refused("{\"turn\":{\"messages\":[%s],\"tokens\":-1},\"requestId\":\"r\"}".formatted(user("a")), "turn.tokens");
        refused(
                "{\"turn\":{\"messages\":[%s],\"tokens\":1.5},\"requestId\":\"r\"}".formatted(user("a")),
                "turn.tokens");
        refused("{\"turn\":{\"messages\":[%s],\"tokens\":1}}".formatted(user("a")), "requestId");
        refused(
                "{\"turn\":{\"messages\":[%s],\"tokens\":1},\"requestId\":\"r\"}".formatted(message("system", "a")),
                "turn.messages");
        refused("{\"requestId\":\"r\"}", "turn");
        refused("[]", null);
        refused("{\"turn\":", null);
    }

    @Test
    void a_query_at_fault_is_answered_with_the_parameter_at_fault() {
        for (String query : List.of("", "?tokens=", "?tokens=-1", "?tokens=x", "?tokens=99999999999999999999")) {
            as(tenant)
                    .get("/v1/conversations/s/window" + query)
                    .then()
                    .statusCode(400)
                    .body("error.param", equalTo("tokens"));
        }
        as(tenant).get("/v1/conversations?limit=101").then().statusCode(400).body("error.param", equalTo("limit"));
        as(tenant).get("/v1/conversations?after=x").then().statusCode(400).body("error.param", equalTo("after"));
        as(tenant).get("/v1/conversations/-x").then().statusCode(400).body("error.param", equalTo("id"));
    }

    @Test
    void a_turn_that_is_too_large_is_refused() {
        append("s", "r1", 1, user("x".repeat(21_000))).statusCode(413).body("error.param", equalTo("turn.messages"));
        append("s", "r1", 1, user("x".repeat(1_100_000))).statusCode(413);
    }

    @Test
    void without_the_internal_token_nothing_is_told() {
        for (String path : List.of("/v1/conversations", "/v1/conversations/s/window?tokens=1", "/nowhere")) {
            given().header(Headers.TENANT, tenant)
                    .get(path)
                    .then()
                    .statusCode(401)
                    .body("error.type", equalTo("authentication_error"));
            given().header(Headers.TENANT, tenant)
                    .header(Headers.INTERNAL_TOKEN, RealRedis.TOKEN + "x")
                    .get(path)
                    .then()
                    .statusCode(401);
        }
    }

    @Test
    void without_a_tenant_nothing_is_done() {
        given().header(Headers.INTERNAL_TOKEN, RealRedis.TOKEN)
                .get("/v1/conversations")
                .then()
                .statusCode(400)
                .body("error.param", equalTo(Headers.TENANT));
    }

    @Test
    void what_no_route_answers_has_the_same_shape() {
        as(tenant).get("/nowhere").then().statusCode(404).body("error.type", equalTo("invalid_request_error"));
        as(tenant).put("/v1/conversations").then().statusCode(405).body("error.type", equalTo("invalid_request_error"));
        as(tenant)
                .contentType(ContentType.TEXT)
                .body("x")
                .post("/v1/conversations")
                .then()
                .statusCode(415)
                .body("error.type", equalTo("invalid_request_error"));
    }

    @Test
    void the_trace_id_of_the_caller_is_on_the_answer() {
        as(tenant)
                .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .get("/v1/conversations")
                .then()
                .header(Headers.TRACE_ID, "0af7651916cd43dd8448eb211c80319c");
    }

    private void refused(String body, @Nullable String param) {
        post("/v1/conversations/s/turns", body)
                .statusCode(400)
                .body("error.type", equalTo("invalid_request_error"))
                .body("error.param", equalTo(param));
    }

    private ValidatableResponse readiness() {
        return given().get(management.resolve("/q/health/ready")).then();
    }

    /// Empty while it is ready.
    private String notReadyBecause() {
        var answer = readiness().extract();
        return answer.statusCode() == 200 ? "" : answer.asString();
    }

    private String key(String part) {
        return "autoglm:{" + tenant + "}:" + part;
    }

    private String key(String conversation, String part) {
        return "autoglm:{" + tenant + ":" + conversation + "}:" + part;
    }

    private ValidatableResponse append(String id, String requestId, int tokens, String... messages) {
        return post(
                "/v1/conversations/" + id + "/turns",
                "{\"turn\":{\"messages\":[%s],\"tokens\":%d},\"requestId\":\"%s\"}"
                        .formatted(String.join(",", messages), tokens, requestId));
    }

    private ValidatableResponse window(String id, int tokens) {
        return as(tenant)
                .get("/v1/conversations/" + id + "/window?tokens=" + tokens)
                .then();
    }

    private ValidatableResponse post(String path, String body) {
        return as(tenant).contentType("application/json").body(body).post(path).then();
    }

    private static RequestSpecification as(String tenant) {
        return given().header(Headers.INTERNAL_TOKEN, RealRedis.TOKEN).header(Headers.TENANT, tenant);
    }

    private static String user(String content) {
        return message("user", content);
    }

    private static String assistant(String content) {
        return message("assistant", content);
    }

    private static String message(String role, String content) {
        return "{\"role\":\"%s\",\"content\":\"%s\"}".formatted(role, content);
    }
}
