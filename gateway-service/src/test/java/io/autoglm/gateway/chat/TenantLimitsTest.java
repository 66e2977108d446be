package io.autoglm.gateway.chat;

import static io.autoglm.gateway.neighbours.Client.ask;
import static io.autoglm.gateway.neighbours.Client.chat;
import static io.autoglm.gateway.neighbours.Client.error;
import static io.autoglm.gateway.neighbours.Client.header;
import static io.autoglm.gateway.neighbours.Client.send;
import static io.autoglm.gateway.neighbours.Client.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.gateway.neighbours.Neighbours;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What an administrator says of a tenant and its keys holds for their requests. Each chat has 12 prompt
/// tokens and 4 of its answer.
@QuarkusTest
@WithTestResource(Neighbours.class)
class TenantLimitsTest {
    private static final String PLATFORM = Neighbours.keyOf(Neighbours.PLATFORM, "admin");

    /// Set by the test resource before each test.
    @SuppressWarnings("NullAway.Init")
    Neighbours neighbours;

    private final String tenant = "t-" + UUID.randomUUID();

    @BeforeEach
    void everybodyIsUp() {
        neighbours.reset();
    }

    @Test
    void the_limits_of_a_tenant_hold_over_all_of_its_keys() {
        tenant("{\"limits\":{\"requestsPerMinute\":3}}");
        String one = key("{}");
        String other = key("{}");

        assertThat(asks(one).statusCode()).isEqualTo(200);
        assertThat(asks(other).statusCode()).isEqualTo(200);
        assertThat(asks(one).statusCode()).isEqualTo(200);
        HttpResponse<String> refused = asks(other);

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(error(refused).getString("message"))
                .isEqualTo("The tenant's limit of 3 requests per minute is reached.");
        assertThat(error(refused).getString("code")).isEqualTo("rate_limit_exceeded");
        assertThat(header(refused, "x-ratelimit-limit-requests")).isEqualTo("3");
        assertThat(header(refused, "x-ratelimit-remaining-requests")).isEqualTo("0");
        assertThat(Integer.parseInt(header(refused, "retry-after"))).isBetween(1, 61);
    }

    @Test
    void a_model_of_a_tenant_has_limits_of_its_own() {
        tenant("{\"modelLimits\":{\"nano\":{\"outputTokensPerMinute\":60}}}");
        String key = key("{}");

        HttpResponse<String> first = chat(askFor(60), "Authorization", "Bearer " + key);
        HttpResponse<String> refused = chat(askFor(60), "Authorization", "Bearer " + key);

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(header(first, "x-ratelimit-limit-tokens")).isEqualTo("60");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(error(refused).getString("message"))
                .isEqualTo("The model's limit of 60 answer tokens per minute is reached.");
        // Of the 60 that were reserved only four were needed.
        await().until(() -> chat(askFor(50), "Authorization", "Bearer " + key).statusCode() == 200);
    }

    @Test
    void a_limit_that_is_changed_holds_for_keys_in_use() {
        tenant("{}");
        String key = key("{\"limits\":{\"requestsPerMinute\":1}}");
        assertThat(asks(key).statusCode()).isEqualTo(200);
        assertThat(asks(key).statusCode()).isEqualTo(429);

        String id = new JsonObject(
                        call("GET", "/admin/v1/tenants/" + tenant + "/keys", "").body())
                .getJsonArray("data")
                .getJsonObject(0)
                .getString("id");
        call("PATCH", "/admin/v1/tenants/" + tenant + "/keys/" + id, "{\"limits\":{\"requestsPerMinute\":1000}}");

        await().until(() -> asks(key).statusCode() == 200);
    }

    @Test
    void a_spent_budget_is_insufficient_quota_until_the_day_ends() {
        tenant("{\"budget\":{\"tokensPerDay\":20}}");
        String key = key("{}");
        assertThat(asks(key).statusCode()).isEqualTo(200);
        assertThat(asks(key).statusCode()).isEqualTo(200);

        await().until(() -> asks(key).statusCode() == 429);

        HttpResponse<String> refused = asks(key);
        assertThat(error(refused).getString("type")).isEqualTo("insufficient_quota");
        assertThat(error(refused).getString("code")).isEqualTo("insufficient_quota");
        assertThat(header(refused, "x-should-retry")).isEqualTo("false");
        assertThat(Integer.parseInt(header(refused, "retry-after"))).isBetween(1, 86_400);
    }

    @Test
    void no_request_is_more_urgent_than_its_key_and_its_tenant_may_be() {
        tenant("{\"priority\":\"default\"}");
        String asTenant = key("{}");
        String asKey = key("{\"priority\":\"bulk\"}");

        chat(ask("hi", true), "Authorization", "Bearer " + asTenant, "X-Priority", "interactive");
        chat(ask("hi", true), "Authorization", "Bearer " + asKey, "X-Priority", "interactive");

        assertThat(neighbours.first.received())
                .extracting(received -> received.header("x-autoglm-priority"))
                .containsExactly("default", "bulk");
    }

    private static HttpResponse<String> asks(String key) {
        return chat(ask("hi", false), "Authorization", "Bearer " + key);
    }

    private static String askFor(int maxTokens) {
        return new JsonObject(ask("hi", false)).put("max_tokens", maxTokens).encode();
    }

    private void tenant(String settings) {
        assertThat(call("PUT", "/admin/v1/tenants/" + tenant, settings).statusCode())
                .isEqualTo(201);
    }

    private String key(String settings) {
        return new JsonObject(call("POST", "/admin/v1/tenants/" + tenant + "/keys", settings)
                        .body())
                .getString("key");
    }

    private static HttpResponse<String> call(String method, String path, String body) {
        return send(to(path).header("Authorization", "Bearer " + PLATFORM)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
    }
}
