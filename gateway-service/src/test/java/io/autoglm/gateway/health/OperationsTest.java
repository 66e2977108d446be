package io.autoglm.gateway.health;

import static io.autoglm.gateway.neighbours.Client.ask;
import static io.autoglm.gateway.neighbours.Client.chat;
import static io.autoglm.gateway.neighbours.Client.send;
import static io.autoglm.gateway.neighbours.Client.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.gateway.neighbours.Client;
import io.autoglm.gateway.neighbours.Neighbours;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import jakarta.inject.Inject;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(Neighbours.class)
class OperationsTest {
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
    void health_says_whether_a_chat_can_be_answered_and_what_is_missing() {
        assertThat(new JsonObject(send(to("/health").GET()).body()))
                .isEqualTo(new JsonObject().put("status", "ok").put("readyInstances", 2));
        neighbours.scheduler.stop();

        await().until(() -> send(to("/health").GET()).body().contains("scheduler-down"));

        assertThat(send(to("/health").GET()).statusCode()).isEqualTo(200);
        JsonObject ready = new JsonObject(Client.management("/q/health/ready"));
        assertThat(ready.getString("status")).isEqualTo("UP");
        assertThat(ready.encode()).contains("down: serving from the last snapshot");
        assertThat(Client.management("/metrics")).contains("autoglm_degraded{reason=\"scheduler-down\"} 1.0");
    }

    @Test
    void metrics_carry_the_names_that_other_peoples_dashboards_look_for() {
        chat(ask("hi", true));
        chat(ask("hi", false));
        neighbours.first.always(io.autoglm.gateway.neighbours.ScriptedInstance::dropConnection);
        chat(ask("hi", false));
        neighbours.reset();
        chat(ask("hi", false).replace("\"nano\"", "\"no-such-model-as-a-label\""));

        String metrics = Client.management("/metrics");

        assertThat(metrics)
                .contains("http_server_requests_seconds_bucket{")
                .contains("gen_ai_server_request_duration_seconds_bucket{")
                .contains("gen_ai_server_time_to_first_token_seconds_bucket{")
                .contains("gen_ai_client_token_usage_bucket{")
                .contains("gen_ai_request_model=\"nano\"")
                .contains("autoglm_admission_requests_total{limit=\"none\",outcome=\"admitted\"}")
                .contains("autoglm_upstream_retries_total{reason=\"connection\"}")
                .contains("autoglm_instances_ready 2.0")
                .contains("autoglm_admission_requests_total{limit=\"requests_per_minute\",outcome=\"shed\"}")
                .contains("autoglm_bodies_bytes 0.0")
                .contains("autoglm_requests_open 0.0")
                .doesNotContain("no-such-model-as-a-label")
                .doesNotContain("/v1/leases/");
    }

    @Test
    void management_is_not_on_the_public_port() {
        assertThat(send(to("/metrics").GET()).statusCode()).isEqualTo(401);
        assertThat(send(to("/q/health/ready").GET()).statusCode()).isEqualTo(401);
        assertThat(Client.get("/metrics").statusCode()).isEqualTo(404);
    }

    @Test
    void the_documentation_is_there_and_knows_every_route() {
        String page = send(to("/docs/").GET()).body();
        String document = send(to("/openapi?format=json").GET()).body();

        assertThat(page).contains("swagger-ui").contains("/openapi");
        JsonObject paths = new JsonObject(document).getJsonObject("paths");
        List<String> routes = router.getRoutes().stream()
                .map(Route::getPath)
                .filter(path ->
                        path != null && (path.startsWith("/v1/") || path.startsWith("/admin/")) && !path.equals("/v1/"))
                // A route's path is told without the asterisk at its end.
                .map(path -> path.endsWith("/") ? path + "{id}" : path)
                .map(path -> path.replaceAll(":([a-z]+)", "{$1}"))
                .distinct()
                .toList();
        assertThat(routes).contains("/v1/models", "/admin/v1/tenants/{tenant}/keys/{key}/rotate");
        assertThat(paths.fieldNames()).containsAll(routes).contains("/health");
    }

    @Test
    void a_model_is_found_by_a_name_with_a_slash() {
        for (String path : List.of("/v1/models/THUDM/glm-4-9b", "/v1/models/THUDM%2Fglm-4-9b", "/v1/models/nano")) {
            HttpResponse<String> response = Client.get(path);

            assertThat(response.statusCode()).as(path).isEqualTo(200);
            assertThat(path.replace("%2F", "/")).endsWith("/" + new JsonObject(response.body()).getString("id"));
        }
        assertThat(Client.get("/v1/models/THUDM/other").statusCode()).isEqualTo(404);
    }
}
