package io.autoglm.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.autoglm.local.home.Home;
import io.autoglm.local.home.KeysFile;
import io.autoglm.local.home.Secrets;
import io.autoglm.local.home.SuiteOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WelcomeTest {

    @TempDir
    Path folder;

    private Home home;
    private Secrets secrets;
    private HttpServer gateway;
    private int status = 200;

    @BeforeEach
    void start_a_gateway() throws IOException {
        home = new Home(folder, folder.resolve("home"));
        home.create();
        secrets = Secrets.of(home);
        gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.createContext("/v1/models", exchange -> {
            byte[] body = "{\"data\":[{\"id\":\"nano\"}]}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        gateway.start();
    }

    @AfterEach
    void stop_the_gateway() {
        gateway.stop(0);
    }

    @Test
    void it_has_all_that_a_first_request_needs() throws Exception {
        KeysFile keys = KeysFile.of(home, Map.of());
        keys.admit(secrets.key());

        assertThat(welcome(keys))
                .contains(
                        "after 4 s", "http://127.0.0.1:" + gateway.getAddress().getPort() + "/v1/chat/completions")
                .contains("Bearer " + secrets.key(), "\"model\":\"nano\"")
                .contains(
                        "./autoglm chat --port-offset " + offset() + " talks to it",
                        "./autoglm down --port-offset " + offset() + " stops it");
    }

    @Test
    void a_gateway_that_does_not_tell_its_models_costs_no_more_than_the_name() throws Exception {
        KeysFile keys = KeysFile.of(home, Map.of());

        status = 403;
        assertThat(welcome(keys)).contains("\"model\":\"glm\"");
        gateway.stop(0);
        assertThat(welcome(keys)).contains("\"model\":\"glm\"");
    }

    @Test
    void a_key_that_is_not_among_those_of_the_user_is_not_offered() throws Exception {
        Path own = Files.writeString(folder.resolve("own.json"), "{\"keys\":[]}");

        assertThat(welcome(KeysFile.of(home, Map.of("AUTOGLM_KEYS_FILE", own.toString()))))
                .doesNotContain(secrets.key())
                .contains("one of those in " + own);
    }

    private int offset() {
        return gateway.getAddress().getPort() - 8080;
    }

    private String welcome(KeysFile keys) throws IOException {
        SuiteOptions options = new SuiteOptions(Path.of("/models/glm"), 1, offset(), "0.0.0.0");
        return new Welcome(home, options, keys, true).text(Duration.ofSeconds(4));
    }
}
