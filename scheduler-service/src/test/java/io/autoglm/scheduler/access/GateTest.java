package io.autoglm.scheduler.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(GateTest.Leaving.class)
class GateTest {
    /// A service of its own: it does not come back from its end.
    public static final class Leaving implements QuarkusTestProfile {}

    @TestHTTPResource("/v1/instances")
    @SuppressWarnings("NullAway.Init") // set by Quarkus
    URI instances;

    @Inject
    @SuppressWarnings("NullAway.Init")
    Event<ShutdownDelayInitiatedEvent> told;

    @Test
    void callers_are_asked_to_leave_from_the_end_on_where_their_protocol_knows_how() throws Exception {
        assertThat(answer(Version.HTTP_1_1).headers().firstValue("connection")).isEmpty();

        told.fire(new ShutdownDelayInitiatedEvent());

        assertThat(answer(Version.HTTP_1_1).headers().firstValue("connection")).contains("close");
        assertThat(answer(Version.HTTP_2).version()).isEqualTo(Version.HTTP_2);
    }

    private HttpResponse<?> answer(Version version) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(instances).version(version).build(), BodyHandlers.discarding());
        }
    }
}
