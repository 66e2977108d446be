package io.autoglm.scheduler.api;

import static io.autoglm.protocol.Headers.INTERNAL_TOKEN;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A scheduler that has only just started, for as long as the test takes.
@QuarkusTest
@TestProfile(SettlingTest.JustStarted.class)
class SettlingTest {

    public static final class JustStarted implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("autoglm.registry.settle-for", "1h");
        }
    }

    @Test
    void a_lease_is_refused_with_a_word_of_its_own_while_instances_may_not_have_reported() {
        call().body("{\"model\":\"any\"}")
                .post("/v1/leases")
                .then()
                .statusCode(503)
                .header("Retry-After", "1")
                .body("error.type", equalTo("server_error"))
                .body("error.code", equalTo("settling"));
    }

    @Test
    void the_list_says_that_instances_may_be_missing() {
        call().get("/v1/instances")
                .then()
                .statusCode(200)
                .body("settling", equalTo(true))
                .body("instances.size()", equalTo(0));
    }

    private static RequestSpecification call() {
        return given().header(INTERNAL_TOKEN, "token-of-the-tests").contentType(ContentType.JSON);
    }
}
