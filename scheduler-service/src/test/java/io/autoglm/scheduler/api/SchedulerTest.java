package io.autoglm.scheduler.api;

import static io.autoglm.protocol.Headers.INTERNAL_TOKEN;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.autoglm.protocol.placement.InstanceReport;
import io.autoglm.protocol.placement.InstanceState;
import io.autoglm.protocol.placement.Lease;
import io.autoglm.protocol.placement.LeaseOutcome;
import io.autoglm.protocol.placement.LeaseRequest;
import io.autoglm.protocol.placement.ServedModel;
import io.autoglm.scheduler.lease.LeaseBook.Answer;
import io.autoglm.scheduler.lease.LeaseDesk;
import io.autoglm.scheduler.registry.Change;
import io.autoglm.scheduler.registry.Phase;
import io.autoglm.scheduler.registry.Registry;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The whole service over HTTP, with an instance that is a real server in this process.
@QuarkusTest
@TestProfile(SchedulerTest.Impatient.class)
class SchedulerTest {
    private static final String TOKEN = "token-of-the-tests";
    private static final Duration FAIL_TIMEOUT = Duration.ofMillis(300);

    /// Probes soon, so that tests do not wait.
    public static final class Impatient implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "autoglm.probe.tick", "50ms",
                    "autoglm.probe.prompt-timeout", "1s",
                    "autoglm.registry.idle-probe-every", "100ms",
                    "autoglm.registry.fail-timeout", FAIL_TIMEOUT.toMillis() + "ms",
                    "autoglm.registry.suspect-after", "20s",
                    "autoglm.registry.settle-for", "0s",
                    "autoglm.registry.gone-after", "60s",
                    "autoglm.registry.forget-after", "1ms");
        }
    }

    /// What was announced, because a phase may have passed before a test can look.
    @Singleton
    static class Changes {
        private final List<Change> seen = new CopyOnWriteArrayList<>();

        void saw(@Observes Change change) {
            seen.add(change);
        }

        Optional<Phase> of(String id, Class<? extends Phase> phase) {
            return seen.stream()
                    .filter(change -> change.id().equals(id) && phase.isInstance(change.to()))
                    .map(Change::to)
                    .findFirst();
        }
    }

    @Inject
    Registry registry;

    @Inject
    LeaseDesk desk;

    @Inject
    Changes changes;

    @Inject
    Vertx vertx;

    @SuppressWarnings("NullAway.Init") // set by Quarkus
    @TestHTTPResource(value = "/", management = true)
    URI management;

    private final String id = "test-" + UUID.randomUUID();
    private final String model = "model-of-" + id;
    private final AtomicInteger healthStatus = new AtomicInteger(200);
    private final AtomicInteger promptStatus = new AtomicInteger(200);
    private final AtomicInteger prompts = new AtomicInteger();
    private final AtomicReference<String> shownToken = new AtomicReference<>("");
    private HttpServer instance;

    @BeforeEach
    void startInstance() {
        instance = vertx.createHttpServer()
                .requestHandler(request -> {
                    if (request.path().equals("/health")) {
                        request.response().setStatusCode(healthStatus.get()).end();
                    } else {
                        shownToken.set(String.valueOf(request.getHeader(INTERNAL_TOKEN)));
                        prompts.incrementAndGet();
                        request.response()
                                .setStatusCode(promptStatus.get())
                                .end("{\"choices\":[{\"text\":\"\",\"finish_reason\":\"stop\"}]}");
                    }
                })
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @AfterEach
    void stopInstance() {
        registry.leave(id, null);
        instance.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void an_instance_registers_is_listed_leased_and_leaves() {
        report(InstanceState.READY);
        call().get("/v1/instances")
                .then()
                .statusCode(200)
                .body("instances.id", hasItem(id))
                .body("instances.find { it.id == '" + id + "' }.state", equalTo("ready"))
                .body("instances.find { it.id == '" + id + "' }.models.id", contains(model));

        Lease lease = lease();
        assertThat(lease.instance().id()).isEqualTo(id);
        assertThat(lease.instance().url()).isEqualTo(url());
        assertThat(inFlight()).isEqualTo(1);

        giveBack(lease, new LeaseOutcome(LeaseOutcome.Result.OK, null, null, 12L, 34))
                .then()
                .statusCode(204);
        giveBack(lease, new LeaseOutcome(LeaseOutcome.Result.OK, null, null, 12L, 34))
                .then()
                .statusCode(204);
        assertThat(inFlight()).isZero();

        call().delete("/v1/instances/" + id).then().statusCode(204);
        askLease(model).then().statusCode(503);
    }

    @Test
    void a_lease_lives_as_long_as_its_caller_waits() {
        report(InstanceState.READY);

        Lease lease = call().header("x-autoglm-timeout-ms", 30_000)
                .body("{\"model\":\"" + model + "\"}")
                .post("/v1/leases")
                .as(Lease.class);

        assertThat(Duration.between(Instant.now(), lease.deadline()))
                .isBetween(Duration.ofSeconds(25), Duration.ofSeconds(36));
    }

    @Test
    void a_lease_of_a_caller_that_does_not_say_how_long_it_waits_lives_ten_minutes_and_no_lease_more_than_an_hour() {
        report(InstanceState.READY);
        Instant now = Instant.now();

        Lease unsaid = lease();
        Lease endless = call().header("x-autoglm-timeout-ms", Long.MAX_VALUE)
                .body("{\"model\":\"" + model + "\"}")
                .post("/v1/leases")
                .as(Lease.class);

        assertThat(Duration.between(now, unsaid.deadline()))
                .isBetween(Duration.ofSeconds(590), Duration.ofSeconds(610));
        assertThat(Duration.between(now, endless.deadline())).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
    }

    @Test
    void an_instance_that_still_loads_gets_no_lease_and_the_answer_says_when_to_ask_again() {
        report(InstanceState.STARTING);

        askLease(model)
                .then()
                .statusCode(503)
                .header("Retry-After", "3")
                .body("error.type", equalTo("server_error"))
                .body("error.code", equalTo("no_capacity"))
                .body("error.message", containsString("no instance of '" + model + "' is ready"));
    }

    @Test
    void a_model_that_nobody_serves_is_not_found() {
        report(InstanceState.READY);

        askLease("no-such-model")
                .then()
                .statusCode(404)
                .body("error.code", equalTo("model_not_found"))
                .body("error.param", equalTo("model"));
    }

    @Test
    void a_drained_instance_gets_nothing_new_until_it_is_resumed() {
        report(InstanceState.READY);

        call().post("/v1/instances/" + id + "/drain").then().statusCode(204);
        askLease(model).then().statusCode(503);
        call().delete("/v1/instances/" + id + "/drain").then().statusCode(204);

        askLease(model).then().statusCode(201);
    }

    @Test
    void a_short_prompt_is_really_asked_with_the_internal_token() {
        report(InstanceState.READY);

        await().until(() -> prompts.get() >= 2);

        assertThat(shownToken.get()).isEqualTo(TOKEN);
        assertThat(state()).isEqualTo(InstanceState.READY);
    }

    @Test
    void an_instance_that_answers_prompts_with_errors_is_ejected_and_comes_back_when_it_is_well() {
        report(InstanceState.READY);

        promptStatus.set(500);
        await().until(() -> state() == InstanceState.EJECTED);
        assertThat(reason()).isEqualTo("a short prompt is answered with 500");
        askLease(model).then().statusCode(503);

        promptStatus.set(200);
        await().until(() -> state() == InstanceState.READY);
    }

    @Test
    void an_instance_whose_model_is_not_loaded_is_ejected() {
        report(InstanceState.READY);

        healthStatus.set(503);

        await().until(() -> state() == InstanceState.EJECTED);
        assertThat(reason()).isEqualTo("its /health answers 503");
    }

    @Test
    void an_instance_that_has_too_much_to_do_is_not_sick() {
        promptStatus.set(503);
        report(InstanceState.READY);

        await().until(() -> prompts.get() >= 5);

        assertThat(state()).isEqualTo(InstanceState.READY);
    }

    @Test
    void a_failure_that_a_gateway_reports_leads_to_a_probe_that_finds_the_port_closed() {
        report(InstanceState.READY);
        Lease lease = lease();
        instance.close().toCompletionStage().toCompletableFuture().join();

        giveBack(lease, new LeaseOutcome(LeaseOutcome.Result.FAILED, null, null, null, 0))
                .then()
                .statusCode(204);

        // A probe that was under way while the port closed finds something else first.
        await().until(() -> state() == InstanceState.EJECTED && reason().equals("its port refuses connections"));
    }

    @Test
    void an_instance_that_gateways_saw_fail_stays_out_for_its_time_although_it_answers_probes() {
        report(InstanceState.READY);
        String other = id + "-other";
        report(other, url(), InstanceState.READY);
        try {
            LeaseRequest request = new LeaseRequest(model, 0, List.of(), null, "", "default", List.of());
            LeaseOutcome failed = new LeaseOutcome(LeaseOutcome.Result.FAILED, null, id, null, 0);
            // Three of them count only within the window, which a slow machine may let pass.
            await().until(() -> {
                for (int i = 0; i < 3; i++) {
                    Answer.Granted granted = (Answer.Granted) desk.lease(request, null);
                    desk.giveBack(granted.lease().id(), failed);
                }
                return changes.of(id, Phase.Ejected.class).isPresent();
            });

            await().until(() -> state() == InstanceState.READY);
            Instant out = changes.of(id, Phase.Ejected.class).orElseThrow().since();
            assertThat(Duration.between(
                            out, registry.find(id).orElseThrow().phase().since()))
                    .isGreaterThanOrEqualTo(FAIL_TIMEOUT);
        } finally {
            registry.leave(other, null);
        }
    }

    @Test
    void the_list_says_that_the_scheduler_has_settled() {
        call().get("/v1/instances").then().body("settling", equalTo(false));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void an_instance_that_is_told_to_wait_for_an_answer_is_neither_sick_nor_well(int status) {
        report(InstanceState.READY);
        promptStatus.set(500);
        await().until(() -> state() == InstanceState.EJECTED);
        promptStatus.set(status);
        int before = prompts.get();

        await().until(() -> prompts.get() >= before + 3);

        assertThat(state()).isEqualTo(InstanceState.EJECTED);
    }

    @Test
    void an_instance_with_a_url_that_nobody_can_call_is_refused() {
        call().body(said(id, "http://127.0.0.1:70000", InstanceState.READY))
                .put("/v1/instances/" + id)
                .then()
                .statusCode(400)
                .body("error.param", equalTo("url"))
                .body("error.message", containsString("http://host:port"));
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "GET, /v1/instances",
        "PUT, /v1/instances/a",
        "DELETE, /v1/instances/a",
        "POST, /v1/instances/a/drain",
        "DELETE, /v1/instances/a/drain",
        "POST, /v1/leases",
        "DELETE, /v1/leases/a",
        "GET, /no/such/route"
    })
    void nothing_is_told_to_who_does_not_show_the_token(String method, String path) {
        given().request(method, path)
                .then()
                .statusCode(401)
                .body("error.type", equalTo("authentication_error"))
                .body("error.code", equalTo("invalid_token"));
        given().header(INTERNAL_TOKEN, TOKEN + "x").request(method, path).then().statusCode(401);
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "/v1/leases | {\"model\":               | -",
                "/v1/leases | []                        | -",
                "/v1/leases | -                         | model",
                "/v1/leases | {}                        | model",
                "/v1/leases | {\"model\":\" \"}         | model",
                "/v1/leases | {\"model\":\"m\",\"promptTokens\":\"many\"} | promptTokens",
                "/v1/leases | {\"model\":\"m\",\"exclude\":5} | exclude",
            })
    void a_bad_lease_request_is_refused_and_its_field_is_named(String path, String body, String param) {
        var request = call();
        if (body != null) {
            request.body(body);
        }

        request.post(path)
                .then()
                .statusCode(400)
                .body("error.type", equalTo("invalid_request_error"))
                .body("error.param", param == null ? nullValue() : equalTo(param));
    }

    @Test
    void a_bad_report_is_refused_and_its_field_is_named() {
        call().body("{\"id\":\"other\"}")
                .put("/v1/instances/" + id)
                .then()
                .statusCode(400)
                .body("error.param", equalTo("id"));
        call().body("{\"id\":\"" + id + "\",\"state\":\"happy\"}")
                .put("/v1/instances/" + id)
                .then()
                .statusCode(400)
                .body("error.param", equalTo("state"));
    }

    @Test
    void what_does_not_exist_is_not_found_in_the_same_shape() {
        call().body("{\"result\":\"ok\"}")
                .delete("/v1/leases/none")
                .then()
                .statusCode(404)
                .body("error.code", equalTo("lease_not_found"));
        call().delete("/v1/instances/none").then().statusCode(404).body("error.code", equalTo("instance_not_found"));
        call().get("/no/such/route").then().statusCode(404).body("error.type", equalTo("invalid_request_error"));
    }

    @Test
    void a_trace_id_is_taken_and_told() {
        call().header("x-trace-id", "abc").get("/v1/instances").then().header("x-trace-id", "abc");
        call().header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                .get("/v1/instances")
                .then()
                .header("x-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736");
        call().header("x-trace-id", "two words")
                .get("/v1/instances")
                .then()
                .header("x-trace-id", matchesPattern("[0-9a-f]{32}"));
    }

    @Test
    void health_and_metrics_are_open_on_the_management_port() {
        report(InstanceState.READY);

        given().get(management.resolve("/q/health/ready"))
                .then()
                .statusCode(200)
                .body("status", equalTo("UP"))
                .body("checks.find { it.name == 'instances' }.data.ready", notNullValue());
        given().get(management.resolve("/metrics"))
                .then()
                .statusCode(200)
                .body(containsString("autoglm_instances{state=\"ready\"}"))
                .body(containsString("autoglm_leases_out"));
    }

    private void report(InstanceState state) {
        report(id, url(), state);
    }

    private void report(String who, String url, InstanceState state) {
        call().body(said(who, url, state)).put("/v1/instances/" + who).then().statusCode(204);
    }

    private InstanceReport said(String who, String url, InstanceState state) {
        return new InstanceReport(
                who,
                "process",
                url,
                1,
                state,
                null,
                List.of(new ServedModel(model, "v1", 2048)),
                "cpu",
                8,
                0,
                0,
                0,
                0,
                0,
                null);
    }

    private String url() {
        return "http://127.0.0.1:" + instance.actualPort();
    }

    private Lease lease() {
        return askLease(model).then().statusCode(201).extract().as(Lease.class);
    }

    private io.restassured.response.Response askLease(String asked) {
        return call().body("{\"model\":\"" + asked + "\"}").post("/v1/leases");
    }

    private static io.restassured.response.Response giveBack(Lease lease, LeaseOutcome outcome) {
        return call().body(outcome).delete("/v1/leases/" + lease.id());
    }

    private static RequestSpecification call() {
        return given().header(INTERNAL_TOKEN, TOKEN).contentType(ContentType.JSON);
    }

    private int inFlight() {
        return call().get("/v1/instances").path("instances.find { it.id == '" + id + "' }.inFlight");
    }

    private InstanceState state() {
        return registry.find(id).orElseThrow().phase().state();
    }

    private String reason() {
        return String.valueOf(registry.find(id).orElseThrow().phase().reason());
    }
}
