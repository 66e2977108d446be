package io.autoglm.gateway.identity;

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
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import jakarta.inject.Inject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(Neighbours.class)
class AccessTest {
    private static final Set<String> PUBLIC = Set.of("/health", "/docs", "/docs/*", "/openapi");

    @Inject
    Router router;

    /// Set by the test resource before each test.
    @SuppressWarnings("NullAway.Init")
    Neighbours neighbours;

    @BeforeEach
    void everybodyIsUp() {
        neighbours.writeKeys(Neighbours.keys(""));
        neighbours.reset();
    }

    @Test
    void every_route_but_the_public_ones_wants_a_caller() {
        List<String> paths = Stream.concat(
                        router.getRoutes().stream()
                                .map(Route::getPath)
                                .filter(path -> path != null && path.length() > 1),
                        Stream.of(
                                "/",
                                "/v1",
                                "/v1/",
                                "/v1/chat/completions/",
                                "/no-such-route",
                                "/q/dev",
                                "/v1//models",
                                "/v1/models/nano",
                                "/v1/models/a/b"))
                .filter(path -> PUBLIC.stream()
                        .noneMatch(
                                open -> path.equals(open) || path.startsWith("/docs") || path.startsWith("/openapi")))
                .distinct()
                .toList();

        assertThat(paths).contains("/v1/chat/completions", "/v1/completions", "/v1/models", "/v1/models/");
        for (String path : paths) {
            for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE)) {
                HttpResponse<String> response = send(to(path).method(method.name(), BodyPublishers.ofString("{}")));
                assertThat(response.statusCode()).as(method + " " + path).isEqualTo(401);
                assertThat(error(response).getString("type")).isEqualTo("authentication_error");
                assertThat(header(response, "www-authenticate")).startsWith("Bearer");
                assertThat(header(response, "x-request-id")).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/docs/", "/openapi"})
    void the_public_routes_are_open(String path) {
        assertThat(send(to(path).GET()).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer sk-wrong",
                "Bearer sk-expired",
                "Bearer",
                "Bearer ",
                "Basic c2s6dGVzdA==",
                "sk-test-0123456789abcdef0123456789abcdef",
                "Bearer not.a.token",
                "Bearer opaque"
            })
    void a_credential_that_is_not_good_is_401_in_openais_shape(String authorization) {
        HttpResponse<String> response = chat(ask("hi", false), "Authorization", authorization);

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(error(response).getString("type")).isEqualTo("authentication_error");
        assertThat(error(response).getString("code")).isEqualTo("invalid_api_key");
        assertThat(response.body()).doesNotContain("0123456789abcdef");
    }

    @Test
    void a_key_without_the_role_or_without_the_model_is_403() {
        HttpResponse<String> role = chat(ask("hi", false), "Authorization", "Bearer " + Neighbours.ROLELESS_KEY);
        HttpResponse<String> model = chat(ask("hi", false), "Authorization", "Bearer " + Neighbours.NARROW_KEY);
        HttpResponse<String> list = send(to("/v1/models")
                .header("Authorization", "Bearer " + Neighbours.NARROW_KEY)
                .GET());

        assertThat(role.statusCode()).isEqualTo(403);
        assertThat(error(role).getString("type")).isEqualTo("permission_error");
        assertThat(model.statusCode()).isEqualTo(403);
        assertThat(error(model).getString("param")).isEqualTo("model");
        assertThat(list.body()).doesNotContain("nano");
    }

    @Test
    void a_key_that_is_added_works_and_one_that_is_taken_out_does_not() {
        String added = "sk-added-later";
        assertThat(status(added)).isEqualTo(401);

        neighbours.writeKeys(Neighbours.keys(
                "{\"id\":\"added\",\"sha256\":\"%s\",\"tenant\":\"acme\"},".formatted(Neighbours.sha256(added))));
        await().until(() -> status(added) == 200);

        neighbours.writeKeys(Neighbours.keys(""));
        await().until(() -> status(added) == 401);
    }

    @Test
    void requests_beyond_the_minute_are_told_when_to_come_back() {
        String key = "Bearer " + Neighbours.SINGLE_KEY;
        assertThat(chat(ask("1", false), "Authorization", key).statusCode()).isEqualTo(200);
        HttpResponse<String> second = chat(ask("2", false), "Authorization", key);
        HttpResponse<String> third = chat(ask("3", false), "Authorization", key);

        assertThat(header(second, "x-ratelimit-remaining-requests")).isEqualTo("0");
        assertThat(third.statusCode()).isEqualTo(429);
        assertThat(error(third).getString("type")).isEqualTo("rate_limit_error");
        assertThat(Integer.parseInt(header(third, "retry-after"))).isBetween(1, 61);
    }

    @Test
    void a_malformed_body_has_cost_its_request() {
        String key = "sk-one-a-minute";
        neighbours.writeKeys(
                Neighbours.keys("{\"id\":\"minute\",\"sha256\":\"%s\",\"tenant\":\"acme\",\"requestsPerMinute\":1},"
                        .formatted(Neighbours.sha256(key))));
        await().until(() -> status(key) == 200);

        HttpResponse<String> malformed = chat("{", "Authorization", "Bearer " + key);
        HttpResponse<String> next = chat(ask("hi", false), "Authorization", "Bearer " + key);

        assertThat(malformed.statusCode()).isEqualTo(400);
        assertThat(header(malformed, "x-ratelimit-remaining-requests")).isEqualTo("0");
        assertThat(next.statusCode()).isEqualTo(429);
    }

    @Test
    void a_token_of_the_issuer_is_a_caller_with_its_tenant() {
        String token = neighbours.issuer.token("ana", "globex", Set.of("user"));

        HttpResponse<String> response =
                chat(ask("hi", false), "Authorization", "Bearer " + token, "X-Session-Id", "by-token");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(neighbours.first.received().getFirst().header("x-autoglm-tenant"))
                .isEqualTo("globex");
        assertThat(neighbours.context.turns("globex")).hasSize(1);
    }

    @Test
    void a_token_that_is_forged_or_expired_is_401_and_one_without_role_or_tenant_403() {
        assertThat(status(neighbours.issuer.forgedToken("eve"))).isEqualTo(401);
        assertThat(status(neighbours.issuer.expiredToken("ana"))).isEqualTo(401);
        assertThat(status(neighbours.issuer.token("ana", "acme", Set.of("auditor"))))
                .isEqualTo(403);
        assertThat(status(neighbours.issuer.token("ana", null, Set.of("user")))).isEqualTo(403);
        HttpResponse<String> noTenant = chat(
                ask("hi", false), "Authorization", "Bearer " + neighbours.issuer.token("ana", null, Set.of("user")));
        assertThat(error(noTenant).getString("type")).isEqualTo("permission_error");
    }

    @Test
    void concurrent_requests_beyond_the_limit_are_refused_while_one_is_open() {
        String key = "sk-one-at-a-time";
        neighbours.writeKeys(Neighbours.keys(
                "{\"id\":\"one\",\"sha256\":\"%s\",\"tenant\":\"acme\",\"requestsPerMinute\":1000,\"maxConcurrent\":1},"
                        .formatted(Neighbours.sha256(key))));
        await().until(() -> status(key) == 200);
        CompletableFuture<Runnable> finish = new CompletableFuture<>();
        neighbours.reset();
        neighbours.first.next(
                received -> finish.complete(() -> io.autoglm.gateway.neighbours.ScriptedInstance.talk(received)));
        CompletableFuture<Integer> open = CompletableFuture.supplyAsync(
                        () -> chat(ask("slow", false), "Authorization", "Bearer " + key)
                                .statusCode())
                .whenComplete((status, failure) ->
                        finish.completeExceptionally(new AssertionError("it ended with status " + status, failure)));
        Runnable release = finish.join();

        HttpResponse<String> other = chat(ask("hi", false), "Authorization", "Bearer " + key);

        assertThat(other.statusCode()).isEqualTo(429);
        assertThat(header(other, "retry-after")).isEqualTo("1");
        release.run();
        assertThat(open.join()).isEqualTo(200);
        await().until(() -> status(key) == 200);
    }

    private static int status(String credential) {
        return send(to("/v1/models")
                        .header("Authorization", "Bearer " + credential)
                        .GET())
                .statusCode();
    }
}
