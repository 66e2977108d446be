package io.autoglm.gateway.identity;

import static io.autoglm.gateway.neighbours.Client.error;
import static io.autoglm.gateway.neighbours.Client.send;
import static io.autoglm.gateway.neighbours.Client.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.gateway.neighbours.Neighbours;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import jakarta.inject.Inject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Walks every route with every kind of caller. Who may is written down here once more, so that a slip in the
/// table of {@link Access} is one that two places would have to have.
@QuarkusTest
@WithTestResource(Neighbours.class)
class RoutesTest {
    private static final String USERS = "acme-user acme-admin globex-user globex-admin system-user system-admin";
    private static final String READERS = "acme-operator acme-auditor acme-admin";
    private static final String PLATFORM = "system-operator system-auditor system-admin";

    /// A route as it is asked, and who is let through; everybody else is not.
    private static final Map<String, String> ROUTES = routes();

    private static Map<String, String> routes() {
        Map<String, String> routes = new LinkedHashMap<>();
        for (String path : List.of("chat/completions", "completions", "embeddings", "rerank")) {
            routes.put("POST /v1/" + path, USERS);
        }
        for (String path : List.of("rerank", "tokenize", "detokenize")) {
            routes.put("POST /" + path, USERS);
        }
        routes.put("GET /v1/models", USERS);
        routes.put("GET /v1/models/nano", USERS);
        String tenant = "/admin/v1/tenants/acme";
        String key = tenant + "/keys/0123456789abcdefghij";
        routes.put("GET /admin/v1/models", READERS + " globex-operator globex-auditor globex-admin " + PLATFORM);
        routes.put("GET /admin/v1/tenants", PLATFORM);
        routes.put("GET " + tenant, READERS + " " + PLATFORM);
        routes.put("PUT " + tenant, "system-admin");
        routes.put("DELETE " + tenant, "system-admin");
        routes.put("GET " + tenant + "/models", READERS + " " + PLATFORM);
        routes.put("PUT " + tenant + "/models", "system-operator system-admin");
        routes.put("GET " + tenant + "/keys", "acme-auditor acme-admin system-auditor system-admin");
        routes.put("POST " + tenant + "/keys", "acme-admin system-admin");
        routes.put("GET " + key, "acme-auditor acme-admin system-auditor system-admin");
        routes.put("PATCH " + key, "acme-admin system-admin");
        routes.put("POST " + key + "/rotate", "acme-admin system-admin");
        routes.put("POST " + key + "/revoke", "acme-admin system-admin");
        return routes;
    }

    @Inject
    Router router;

    /// Set by the test resource before each test.
    @SuppressWarnings("NullAway.Init")
    Neighbours neighbours;

    @BeforeEach
    void everybodyIsUp() {
        neighbours.reset();
    }

    @Test
    void every_route_lets_through_those_whose_it_is_and_nobody_else() {
        ROUTES.forEach((route, admitted) -> {
            Set<String> names = Set.copyOf(Arrays.asList(admitted.split(" ", -1)));
            for (String tenant : List.of("acme", "globex", Neighbours.PLATFORM)) {
                for (String role : List.of("user", "operator", "auditor", "admin")) {
                    HttpResponse<String> response = call(route, Neighbours.keyOf(tenant, role));
                    boolean refused = response.statusCode() == 403 || response.statusCode() == 401;
                    assertThat(!refused)
                            .as("%s with the key of %s-%s: %s", route, tenant, role, response.body())
                            .isEqualTo(names.contains(tenant + "-" + role));
                    assertThat(response.statusCode()).as(route).isNotEqualTo(405);
                }
            }
        });
    }

    @Test
    void a_role_in_a_token_is_worth_what_it_is_in_a_key() {
        String keys = "GET /admin/v1/tenants/acme/keys";

        assertThat(call(keys, neighbours.issuer.token("ana", "acme", Set.of("auditor")))
                        .statusCode())
                .isNotIn(401, 403);
        assertThat(call(keys, neighbours.issuer.token("ana", "acme", Set.of("user")))
                        .statusCode())
                .isEqualTo(403);
        assertThat(call(keys, neighbours.issuer.token("ana", "globex", Set.of("admin")))
                        .statusCode())
                .isEqualTo(403);
        assertThat(call(keys, neighbours.issuer.token("ana", "acme", Set.of("root")))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void no_route_is_open_to_one_without_a_good_credential() {
        List<String> bad = List.of(
                "",
                "sk-wrong",
                "sk-expired",
                "sk-ag-00000000000000000000_" + "A".repeat(51),
                neighbours.issuer.expiredToken("ana"),
                neighbours.issuer.forgedToken("ana"),
                neighbours.issuer.unsignedToken(""),
                neighbours.issuer.unsignedToken("AAAA"),
                neighbours.issuer.confusedToken());

        for (String route : ROUTES.keySet()) {
            for (String credential : bad) {
                HttpResponse<String> response = call(route, credential);
                assertThat(response.statusCode())
                        .as(route + " with " + credential)
                        .isEqualTo(401);
                assertThat(error(response).getString("type")).isEqualTo("authentication_error");
            }
        }
    }

    @Test
    void every_route_that_is_registered_is_in_this_test() {
        List<String> registered = new ArrayList<>();
        for (Route route : router.getRoutes()) {
            String path = route.getPath();
            Set<HttpMethod> methods = route.methods();
            if (path != null && path.length() > 1 && !isPublic(path) && methods != null) {
                methods.forEach(method -> registered.add(method + " " + (path.endsWith("/") ? path + ":name" : path)));
            }
        }

        assertThat(registered).contains("POST /v1/chat/completions", "GET /v1/models/:name");
        assertThat(registered)
                .allSatisfy(route -> assertThat(ROUTES.keySet())
                        .as("a caller of " + route)
                        .anyMatch(asked -> asked.matches(route.replaceAll(":[a-z]+", "[^/]+"))));
    }

    @Test
    void what_is_not_in_the_table_is_nobodys() {
        for (String route : List.of(
                "GET /metrics",
                "GET /q/dev",
                "GET /admin",
                "GET /admin/v1",
                "GET /admin/v1/tenants/",
                "GET /admin/v1/tenants/acme/keys/",
                "GET /admin/v1/tenants/acme/other",
                "POST /admin/v2/tenants",
                "GET /admin/v1/tenants/acme/keys/a/b")) {
            HttpResponse<String> response = call(route, Neighbours.keyOf(Neighbours.PLATFORM, "admin"));
            assertThat(response.statusCode()).as(route).isEqualTo(404);
            assertThat(error(response).getString("code")).as(route).isEqualTo("unknown_url");
        }
        assertThat(call("DELETE /admin/v1/models", Neighbours.keyOf(Neighbours.PLATFORM, "admin"))
                        .statusCode())
                .isEqualTo(405);
    }

    @Test
    void other_spellings_of_a_path_are_no_way_around() {
        String stranger = Neighbours.keyOf("globex", "admin");

        for (String path : List.of(
                "/admin/v1/tenants/globex/../acme/keys",
                "/admin/v1/tenants/globex%2F..%2Facme/keys",
                "/admin/v1/tenants/%61cme/keys",
                "/admin//v1/tenants/acme/keys",
                "/v1/../admin/v1/tenants/acme/keys",
                "/v1/%2e%2e/admin/v1/tenants/acme/keys")) {
            assertThat(call("GET " + path, stranger).statusCode()).as(path).isIn(400, 403, 404);
        }
    }

    private static boolean isPublic(String path) {
        return Stream.of("/health", "/docs", "/openapi").anyMatch(path::startsWith);
    }

    private static HttpResponse<String> call(String route, String credential) {
        String[] parts = route.split(" ", -1);
        var request = to(parts[1]).method(parts[0], BodyPublishers.ofString(parts[0].equals("GET") ? "" : "{}"));
        return send(credential.isEmpty() ? request : request.header("Authorization", "Bearer " + credential));
    }
}
