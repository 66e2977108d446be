package io.autoglm.gateway.admin;

import static io.autoglm.gateway.neighbours.Client.ask;
import static io.autoglm.gateway.neighbours.Client.chat;
import static io.autoglm.gateway.neighbours.Client.error;
import static io.autoglm.gateway.neighbours.Client.header;
import static io.autoglm.gateway.neighbours.Client.send;
import static io.autoglm.gateway.neighbours.Client.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.gateway.neighbours.Client;
import io.autoglm.gateway.neighbours.Neighbours;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@WithTestResource(Neighbours.class)
class AdminApiTest {
    private static final String PLATFORM = Neighbours.keyOf(Neighbours.PLATFORM, "admin");

    /// Set by the test resource before each test.
    @SuppressWarnings("NullAway.Init")
    Neighbours neighbours;

    private final String tenant = "t-" + UUID.randomUUID();
    private final String tenantPath = "/admin/v1/tenants/" + tenant;
    private final String keysPath = tenantPath + "/keys";

    @BeforeEach
    void everybodyIsUp() {
        neighbours.reset();
    }

    @Test
    void a_key_is_shown_once_and_works_at_once_and_is_listed_without_its_secret() {
        HttpResponse<String> created = call("POST", keysPath, "{\"name\":\"ci\"}");
        JsonObject key = new JsonObject(created.body());
        String text = key.getString("key");

        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(header(created, "cache-control")).isEqualTo("no-store");
        assertThat(chat(ask("hi", false), "Authorization", "Bearer " + text).statusCode())
                .isEqualTo(200);
        HttpResponse<String> read = call("GET", keysPath + "/" + key.getString("id"), "");
        assertThat(header(read, "etag")).isEqualTo(header(created, "etag"));
        assertThat(new JsonObject(read.body()).getString("name")).isEqualTo("ci");
        assertThat(read.body() + call("GET", keysPath, "").body())
                .doesNotContain(text)
                .doesNotContain("hash")
                .doesNotContain("secret");
    }

    @Test
    void a_revoked_key_is_refused_within_a_second_and_stays_listed() {
        JsonObject key = created("{}");
        assertThat(models(key.getString("key"))).isEqualTo(200);

        HttpResponse<String> revoked = call("POST", path(key) + "/revoke", "");
        Instant since = Instant.now();

        await().until(() -> models(key.getString("key")) == 401);
        assertThat(since.plusSeconds(1)).isAfter(Instant.now());
        assertThat(new JsonObject(revoked.body()).getString("state")).isEqualTo("revoked");
        assertThat(new JsonObject(call("GET", keysPath, "").body())
                        .getJsonArray("data")
                        .getJsonObject(0)
                        .getString("revokedBy"))
                .isEqualTo("key:system-admin");
        assertThat(call("POST", path(key) + "/revoke", "").statusCode()).isEqualTo(200);
        assertThat(error(call("PATCH", path(key), "{\"name\":\"again\"}")).getString("code"))
                .isEqualTo("key_revoked");
        assertThat(call("POST", path(key) + "/rotate", "").statusCode()).isEqualTo(409);
    }

    @Test
    void a_rotated_key_has_a_new_text_and_the_old_one_for_a_while() {
        JsonObject key = created("{}");
        JsonObject first =
                new JsonObject(call("POST", path(key) + "/rotate", "").body());
        assertThat(models(key.getString("key"))).isEqualTo(200);
        assertThat(models(first.getString("key"))).isEqualTo(200);
        assertThat(first.getString("id")).isEqualTo(key.getString("id"));

        JsonObject second = new JsonObject(
                call("POST", path(key) + "/rotate", "{\"graceSeconds\":0}").body());

        await().until(() -> models(first.getString("key")) == 401);
        assertThat(models(second.getString("key"))).isEqualTo(200);
    }

    @Test
    void a_patch_changes_what_it_names_and_null_takes_away() {
        JsonObject key = created(
                "{\"name\":\"ci\",\"models\":[\"nano\"],\"limits\":{\"requestsPerMinute\":5,\"maxConcurrent\":2}}");

        HttpResponse<String> patched =
                call("PATCH", path(key), "{\"name\":null,\"limits\":{\"requestsPerMinute\":7},\"priority\":\"bulk\"}");

        JsonObject now = new JsonObject(patched.body());
        assertThat(patched.statusCode()).isEqualTo(200);
        assertThat(now.containsKey("name")).isFalse();
        assertThat(now.getJsonArray("models")).containsExactly("nano");
        assertThat(now.getJsonObject("limits"))
                .isEqualTo(new JsonObject().put("requestsPerMinute", 7).put("maxConcurrent", 2));
        assertThat(now.getString("priority")).isEqualTo("bulk");
        assertThat(now.containsKey("key")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"nmae\":\"ci\"}                              | nmae",
                "{\"name\":\"\"}                                | name",
                "{\"name\":5}                                   | name",
                "{\"roles\":[\"root\"]}                         | roles",
                "{\"roles\":\"user\"}                           | roles",
                "{\"subject\":\"two words\"}                    | subject",
                "{\"subject\":\"key:other\"}                    | subject",
                "{\"limits\":{\"requestsPerMinute\":0}}         | limits.requestsPerMinute",
                "{\"limits\":{\"requestsPerMinute\":\"5\"}}     | limits.requestsPerMinute",
                "{\"limits\":{\"requestsPerMinute\":1.5}}       | limits.requestsPerMinute",
                "{\"limits\":{\"perFortnight\":5}}              | limits.perFortnight",
                "{\"priority\":\"urgent\"}                      | priority",
                "{\"expiresAt\":\"tomorrow\"}                   | expiresAt",
                "{\"expiresAt\":\"2020-01-01T00:00:00Z\"}       | expiresAt",
                "{\"id\":\"mine\"}                              | id"
            })
    void what_makes_no_sense_in_a_key_is_400_and_named(String body, String field) {
        HttpResponse<String> response = call("POST", keysPath, body);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(error(response).getString("param")).isEqualTo(field);
        assertThat(error(response).getString("type")).isEqualTo("invalid_request_error");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"budget\":{\"tokensPerDay\":-1}}                     | budget.tokensPerDay",
                "{\"modelLimits\":{\"nano\":{\"maxConcurrent\":0}}}     | modelLimits.nano.maxConcurrent",
                "{\"state\":\"gone\"}                                   | state",
                "{\"auditContent\":\"yes\"}                             | auditContent",
                "{\"displayName\":\"\"}                                 | displayName"
            })
    void what_makes_no_sense_in_a_tenant_is_400_and_named(String body, String field) {
        HttpResponse<String> response = call("PUT", tenantPath, body);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(error(response).getString("param")).isEqualTo(field);
    }

    @Test
    void a_body_that_is_no_object_or_no_json_is_refused() {
        assertThat(call("PUT", tenantPath, "[]").statusCode()).isEqualTo(400);
        assertThat(call("PUT", tenantPath, "{").statusCode()).isEqualTo(400);
        assertThat(call("PUT", tenantPath, "{\"state\":\"active\",\"state\":\"suspended\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(call("PUT", tenantPath, "").statusCode()).isEqualTo(415);
        assertThat(call("PUT", tenantPath, "{\"displayName\":\"" + "x".repeat(200_000) + "\"}")
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void a_tenant_is_made_changed_and_removed_under_the_eye_of_its_etag() {
        HttpResponse<String> made = call("PUT", tenantPath, "{\"displayName\":\"Acme\"}");
        assertThat(made.statusCode()).isEqualTo(201);
        String etag = header(made, "etag");

        assertThat(call("PUT", tenantPath, "{}").statusCode()).isEqualTo(428);
        assertThat(call("PUT", tenantPath, "{}", "If-None-Match", "*").statusCode())
                .isEqualTo(412);
        assertThat(call("PUT", tenantPath, "{}", "If-Match", "\"1\"").statusCode())
                .isEqualTo(412);
        assertThat(call("PUT", tenantPath, "{}", "If-Match", "1").statusCode()).isEqualTo(400);
        HttpResponse<String> changed =
                call("PUT", tenantPath, "{\"budget\":{\"tokensPerDay\":1000}}", "If-Match", etag);
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(changed.body()).containsKey("displayName")).isFalse();
        assertThat(call("DELETE", tenantPath, "", "If-Match", etag).statusCode())
                .isEqualTo(412);
        assertThat(call("DELETE", tenantPath, "").statusCode()).isEqualTo(204);
        assertThat(call("GET", tenantPath, "").statusCode()).isEqualTo(404);
        assertThat(call("PUT", tenantPath, "{}", "If-Match", "*").statusCode()).isEqualTo(412);
    }

    @Test
    void a_key_that_someone_changed_meanwhile_is_412_for_who_says_what_it_read() {
        JsonObject key = created("{}");
        String etag = "\"" + key.getLong("version") + "\"";
        assertThat(call("PATCH", path(key), "{\"name\":\"one\"}", "If-Match", etag)
                        .statusCode())
                .isEqualTo(200);

        HttpResponse<String> late = call("PATCH", path(key), "{\"name\":\"two\"}", "If-Match", etag);

        assertThat(late.statusCode()).isEqualTo(412);
        assertThat(error(late).getString("code")).isEqualTo("precondition_failed");
        assertThat(call("PATCH", path(key), "{\"name\":\"two\"}").statusCode()).isEqualTo(200);
    }

    @Test
    void a_tenant_with_keys_in_force_is_not_removed() {
        assertThat(call("PUT", tenantPath, "{}").statusCode()).isEqualTo(201);
        JsonObject key = created("{}");

        assertThat(error(call("DELETE", tenantPath, "")).getString("code")).isEqualTo("tenant_has_keys");

        call("POST", path(key) + "/revoke", "");
        assertThat(call("DELETE", tenantPath, "").statusCode()).isEqualTo(204);
    }

    @Test
    void a_suspended_tenant_is_out_within_a_second_and_back_when_it_is_active() {
        JsonObject key = created("{}");
        assertThat(models(key.getString("key"))).isEqualTo(200);

        call("PUT", tenantPath, "{\"state\":\"suspended\"}");
        await().until(() -> models(key.getString("key")) == 403);

        call("PUT", tenantPath, "{\"state\":\"active\"}", "If-Match", "*");
        await().until(() -> models(key.getString("key")) == 200);
    }

    @Test
    void the_platform_does_not_shut_itself_out() {
        HttpResponse<String> refused = call(
                "PUT", "/admin/v1/tenants/" + Neighbours.PLATFORM, "{\"state\":\"suspended\"}", "If-None-Match", "*");

        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(error(refused).getString("param")).isEqualTo("state");
    }

    @Test
    void while_redis_is_away_the_admin_api_says_so() throws Exception {
        neighbours.redis.kill();
        try {
            HttpResponse<String> refused = call("POST", keysPath, "{}");

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(error(refused).getString("code")).isEqualTo("directory_unavailable");
            assertThat(header(refused, "retry-after")).isEqualTo("1");
        } finally {
            neighbours.redis.start();
            await().until(() -> call("GET", keysPath, "").statusCode() == 200);
        }
    }

    @Test
    void no_tenant_and_no_key_is_a_label_of_a_metric() {
        JsonObject key = created("{}");
        call("GET", path(key), "");
        send(to(path(key)).GET());
        send(to(tenantPath)
                .header("Authorization", "Bearer " + Neighbours.keyOf("globex", "admin"))
                .GET());

        String metrics = Client.management("/metrics");

        assertThat(metrics).contains("/admin/v1/tenants/{tenant}").doesNotContain(tenant, key.getString("id"));
    }

    @Test
    void a_list_comes_in_pages() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.add(created("{}").getString("id"));
        }

        List<String> listed = new ArrayList<>();
        String after = "";
        boolean more = true;
        while (more) {
            JsonObject page = new JsonObject(
                    call("GET", keysPath + "?limit=2&after=" + after, "").body());
            JsonArray data = page.getJsonArray("data");
            assertThat(data.size()).isBetween(1, 2);
            data.forEach(key -> listed.add(((JsonObject) key).getString("id")));
            after = page.getString("last_id");
            more = page.getBoolean("has_more");
        }

        assertThat(listed).isEqualTo(made);
        for (String wrong : List.of("limit=0", "limit=101", "limit=x", "after=%20")) {
            HttpResponse<String> refused = call("GET", keysPath + "?" + wrong, "");
            assertThat(refused.statusCode()).as(wrong).isEqualTo(400);
            assertThat(error(refused).getString("param")).isEqualTo(wrong.split("=", 2)[0]);
        }
    }

    @Test
    void models_are_told_with_what_serves_them_and_whether_a_tenant_may() {
        JsonObject all = new JsonObject(call("GET", "/admin/v1/models", "").body());
        assertThat(all.getJsonArray("data").getJsonObject(0).getInteger("ready"))
                .isPositive();
        assertThat(call("PUT", tenantPath + "/models", "{\"allowed\":[]}").statusCode())
                .isEqualTo(404);
        call("PUT", tenantPath, "{\"displayName\":\"Acme\"}");

        HttpResponse<String> set = call("PUT", tenantPath + "/models", "{\"allowed\":[\"other\"]}");

        assertThat(set.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(set.body()).getString("displayName")).isEqualTo("Acme");
        JsonObject told = new JsonObject(call("GET", tenantPath + "/models", "").body());
        assertThat(told.getJsonArray("allowed")).containsExactly("other");
        assertThat(told.getJsonArray("served").getJsonObject(0).getBoolean("allowed"))
                .isFalse();
    }

    @Test
    void a_key_of_another_tenant_is_not_found_under_ones_own() {
        JsonObject foreign = created("{}");
        String own = "/admin/v1/tenants/acme/keys/" + foreign.getString("id");
        HttpRequest.Builder get = to(own).header("Authorization", "Bearer " + Neighbours.keyOf("acme", "admin"));

        assertThat(send(get.GET()).statusCode()).isEqualTo(404);
        assertThat(send(to(own + "/revoke")
                                .header("Authorization", "Bearer " + Neighbours.keyOf("acme", "admin"))
                                .POST(BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(404);
        assertThat(models(foreign.getString("key"))).isEqualTo(200);
    }

    private JsonObject created(String body) {
        HttpResponse<String> response = call("POST", keysPath, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return new JsonObject(response.body());
    }

    private String path(JsonObject key) {
        return keysPath + "/" + key.getString("id");
    }

    private static int models(String credential) {
        return send(to("/v1/models")
                        .header("Authorization", "Bearer " + credential)
                        .GET())
                .statusCode();
    }

    private static HttpResponse<String> call(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = to(path).method(
                        method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + PLATFORM);
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request);
    }
}
