package io.autoglm.local.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import com.sun.net.httpserver.HttpServer;
import io.autoglm.local.home.Address;
import io.autoglm.local.home.PartStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FleetTest {

    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    private HttpServer scheduler;
    private String answer = "";
    private int status = 200;
    private Fleet fleet;

    @BeforeEach
    void start_a_scheduler() throws IOException {
        scheduler = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        scheduler.createContext("/v1/instances", exchange -> {
            boolean knows = "secret".equals(exchange.getRequestHeaders().getFirst("x-autoglm-internal-token"));
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(knows ? status : 401, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        scheduler.start();
        fleet = new Fleet(2, 8000, "http://127.0.0.1:" + scheduler.getAddress().getPort(), "secret");
    }

    @AfterEach
    void stop_the_scheduler() {
        scheduler.stop(0);
    }

    @Test
    void before_the_scheduler_has_spoken_every_instance_is_awaited() {
        assertThat(fleet.expected(NOW))
                .extracting(PartStatus::part, PartStatus::address, PartStatus::state)
                .containsExactly(
                        tuple("inference-1", Address.onLoopback(8000), "waiting"),
                        tuple("inference-2", Address.onLoopback(8001), "waiting"));
    }

    @Test
    void an_instance_is_shown_as_the_scheduler_sees_it() {
        long pid = ProcessHandle.current().pid();
        answer = """
                {"instances":[{"id":"inference-2","url":"http://127.0.0.1:9001","pid":%d,"state":"ejected",
                "reason":"it hangs","since":"2026-11-21T09:00:00Z","models":[],"new":{"field":1}}]}""".formatted(pid);

        List<PartStatus> seen = fleet.look(fleet.expected(NOW));

        assertThat(seen.get(0)).isEqualTo(fleet.expected(NOW).get(0));
        assertThat(seen.get(1).state()).isEqualTo("ejected");
        assertThat(seen.get(1).address()).isEqualTo(Address.onLoopback(9001));
        assertThat(seen.get(1).reason()).isEqualTo("it hangs");
        assertThat(seen.get(1).since()).isEqualTo("2026-11-21T09:00:00Z");
        assertThat(seen.get(1).process())
                .isNotNull()
                .extracting(process -> process.pid())
                .isEqualTo(pid);
    }

    @Test
    void while_the_scheduler_is_away_or_talks_nonsense_the_last_look_stands() {
        List<PartStatus> before = fleet.expected(NOW);

        answer = "<html>";
        assertThat(fleet.look(before)).isEqualTo(before);
        answer = "{\"instances\":[{\"id\":\"inference-1\",\"since\":\"yesterday\"}]}";
        assertThat(fleet.look(before)).isEqualTo(before);
        status = 503;
        assertThat(fleet.look(before)).isEqualTo(before);
        scheduler.stop(0);
        assertThat(fleet.look(before)).isEqualTo(before);
    }

    @Test
    void an_instance_that_gave_up_is_a_failure_in_its_own_words() {
        assertThat(Fleet.failure(List.of(gone("autoglm: cannot serve: config.json: missing"))))
                .contains("autoglm: cannot serve: config.json: missing");
        assertThat(Fleet.failure(List.of(gone("the process crashed (SIGSEGV) (4 times in a row; next try in 60 s)"))))
                .isPresent();
    }

    @Test
    void an_instance_that_crashed_and_is_started_again_is_none() {
        assertThat(Fleet.failure(List.of(gone("the process was killed (SIGKILL)"))))
                .isEmpty();
        assertThat(Fleet.failure(fleet.expected(NOW))).isEmpty();
    }

    private static PartStatus gone(String reason) {
        return new PartStatus("inference-1", Address.onLoopback(8000), null, "gone", NOW, reason);
    }
}
