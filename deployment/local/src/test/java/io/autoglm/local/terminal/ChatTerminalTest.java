package io.autoglm.local.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.autoglm.local.home.Home;
import io.autoglm.local.json.Json;
import io.autoglm.local.network.Gateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatTerminalTest {

    @TempDir
    Path folder;

    private Home home;
    private HttpServer gateway;
    private int status = 200;
    private String answer = "";
    private final List<String> sessions = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    @BeforeEach
    void start_a_gateway() throws IOException {
        home = new Home(folder, folder.resolve("home"));
        home.create();
        gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.createContext("/v1/models", exchange -> reply(exchange, 200, "{\"data\":[{\"id\":\"nano\"}]}"));
        gateway.createContext("/v1/chat/completions", exchange -> {
            sessions.add(exchange.getRequestHeaders().getFirst("X-Session-Id"));
            requests.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            boolean knows = "Bearer sk-test".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            reply(exchange, knows ? status : 401, answer);
        });
        gateway.start();
    }

    @AfterEach
    void stop_the_gateway() {
        gateway.stop(0);
    }

    @Test
    void an_answer_is_printed_as_it_streams() throws IOException {
        answer = chunk("Hel") + ": a comment\n\n" + chunk("lo, 世界") + "data: [DONE]\n\n";

        assertThat(chat().talk("Hi \"you\"", false)).isTrue();

        assertThat(text()).isEqualTo("Hello, 世界\n");
        Json request = Json.parse(requests.getFirst());
        assertThat(request.at("model").text()).isEqualTo("nano");
        assertThat(request.at("messages").items().getFirst().at("content").text())
                .isEqualTo("Hi \"you\"");
    }

    @Test
    void a_later_chat_goes_on_with_the_session_until_a_new_one_is_wanted() throws IOException {
        answer = "data: [DONE]\n\n";

        chat().talk("one", false);
        chat().talk("two", false);
        chat().talk("three", true);

        assertThat(sessions.get(1)).isEqualTo(sessions.get(0));
        assertThat(sessions.get(2)).isNotEqualTo(sessions.get(0));
    }

    @Test
    void a_refusal_an_error_event_and_an_answer_that_breaks_off_are_failures() throws IOException {
        status = 503;
        answer = "{\"error\":{\"message\":\"no capacity\"}}";
        assertThat(chat().talk("Hi", false)).isFalse();

        status = 200;
        answer = chunk("Hal") + "data: {\"error\":{\"message\":\"the engine broke\"}}\n\n";
        assertThat(chat().talk("Hi", false)).isFalse();

        answer = chunk("Hal");
        assertThat(chat().talk("Hi", false)).isFalse();
    }

    private ChatTerminal chat() {
        return new ChatTerminal(
                home,
                new Gateway("http://127.0.0.1:" + gateway.getAddress().getPort(), "sk-test"),
                false,
                new PrintStream(shown, true, StandardCharsets.UTF_8));
    }

    private String text() {
        return shown.toString(StandardCharsets.UTF_8);
    }

    private static String chunk(String content) {
        Json delta = Json.object("content", content);
        Json event = Json.object("choices", List.of(Json.object("index", 0, "delta", delta)));
        return "data: " + event + "\n\n";
    }

    private static void reply(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
