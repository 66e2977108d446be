package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.http.TestHTTPResource;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;

/// What speaks to a running service: a client of it, once it is ready.
abstract class ServedTest {

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus injects it
    URI base;

    @SuppressWarnings("NullAway.Init") // made before each test
    Client client;

    @BeforeEach
    void connect() {
        client = new Client(base);
        client.awaitReady();
    }

    final JsonNode answered(String path, String body) {
        Client.Answer answer = client.post(path, body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }
}
