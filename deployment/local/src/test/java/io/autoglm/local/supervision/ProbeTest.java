package io.autoglm.local.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProbeTest {

    @Test
    void a_health_of_200_is_healthy() throws IOException {
        assertThat(healthOf(200, "{\"status\":\"UP\",\"checks\":[]}")).isEqualTo(new Health.Healthy());
    }

    @Test
    void one_of_503_names_the_checks_that_are_down_and_what_they_say() throws IOException {
        String body = """
                {"status":"DOWN","checks":[{"name":"redis","status":"DOWN"},{"name":"disk","status":"UP"},
                {"name":"keys","status":"DOWN","data":{"reason":"nobody could be let in"}}]}""";

        assertThat(healthOf(503, body))
                .isEqualTo(new Health.Unready("redis is down, keys is down (nobody could be let in)"));
    }

    @Test
    void one_that_cannot_be_read_is_told_by_its_status() throws IOException {
        assertThat(healthOf(500, "oops")).isEqualTo(new Health.Unready("its health answers 500"));
        assertThat(healthOf(404, "")).isEqualTo(new Health.Unready("its health answers 404"));
    }

    @Test
    void where_nobody_listens_there_is_silence() throws IOException {
        int port = FakePart.freePort();

        assertThat(new HttpProbe("http://127.0.0.1:" + port).check()).isInstanceOf(Health.Silent.class);
        assertThat(new RedisProbe("127.0.0.1", port, null).check()).isInstanceOf(Health.Silent.class);
    }

    private static Health healthOf(int status, String body) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        try {
            return new HttpProbe("http://127.0.0.1:" + server.getAddress().getPort() + "/").check();
        } finally {
            server.stop(0);
        }
    }
}
