package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Streams over a real connection.
@Timeout(60)
class EventStreamTest {

    private static final byte[] EVENT = "{\"x\":1}".getBytes(StandardCharsets.UTF_8);

    private interface Work {
        void on(Exchange exchange, EventStream stream) throws InterruptedException;
    }

    private final Vertx vertx = Vertx.vertx();
    private final AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    private volatile boolean leaving;
    private volatile boolean done;

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private Socket ask(Work work, String... headers) throws IOException {
        Router router = Router.router(vertx);
        router.route().handler(context -> {
            Exchange exchange = new Exchange(context, Duration.ofMinutes(10), () -> leaving);
            Thread.ofVirtual().start(() -> {
                try {
                    work.on(exchange, new EventStream(exchange));
                } catch (Throwable e) {
                    thrown.set(e);
                } finally {
                    done = true;
                }
            });
        });
        HttpServer server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
        String request = "GET / HTTP/1.1\r\nhost: test\r\n" + String.join("", headers) + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private static String all(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void whatever_goes_wrong_after_the_first_event_ends_the_stream_as_failed_and_the_connection() throws IOException {
        for (Throwable failure : new Throwable[] {new IllegalStateException("a bug"), new StackOverflowError()}) {
            try (Socket socket = ask((exchange, stream) -> stream.of(() -> {
                stream.event(EVENT);
                stream.flush();
                EventStreamTest.<RuntimeException>raise(failure);
            }))) {
                assertThat(all(socket))
                        .startsWith("HTTP/1.1 200")
                        .contains("data: {\"x\":1}\n\n")
                        .contains("\"code\":\"engine_failed\"")
                        .doesNotContain("[DONE]")
                        .endsWith("\r\n0\r\n\r\n");
            }
        }
        assertThat(thrown).hasNullValue();
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void raise(Throwable failure) throws E {
        throw (E) failure;
    }

    @Test
    void what_goes_wrong_before_the_first_event_can_still_have_a_status() throws IOException {
        leaving = true;
        try (Socket socket = ask(
                (exchange, stream) -> {
                    try {
                        stream.of(() -> {
                            throw new IllegalStateException("a bug");
                        });
                    } catch (IllegalStateException e) {
                        exchange.refuse(ErrorBody.of(new Refusal.Broken("it failed")));
                    }
                },
                "connection: close\r\n")) {
            assertThat(all(socket)).startsWith("HTTP/1.1 500").contains("it failed");
        }
    }

    @Test
    void a_refusal_that_comes_too_late_closes_the_connection() throws IOException {
        try (Socket socket = ask((exchange, stream) -> {
            stream.event(EVENT);
            stream.flush();
            exchange.refuse(ErrorBody.of(new Refusal.Broken("too late")));
        })) {
            assertThat(all(socket)).contains("data: {\"x\":1}").doesNotContain("too late");
        }
        assertThat(thrown).hasNullValue();
    }

    @Test
    void who_does_not_read_is_dropped_when_the_time_of_its_own_request_is_over() throws IOException {
        byte[] large = "x".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
        try (Socket socket = ask(
                (exchange, stream) -> stream.of(() -> {
                    while (true) {
                        stream.event(large);
                        stream.flush();
                    }
                }),
                "x-autoglm-timeout-ms: 300\r\n")) {
            await().atMost(Duration.ofSeconds(20)).until(() -> done);
            assertThat(thrown.get()).isInstanceOf(ClientGoneException.class);
            assertThat(isClosedByTheOtherSide(socket)).isTrue();
        }
    }

    /// Reads what is still on its way, up to the end or a reset.
    private static boolean isClosedByTheOtherSide(Socket socket) throws IOException {
        socket.setSoTimeout(20_000);
        byte[] rest = new byte[1 << 16];
        try {
            while (socket.getInputStream().read(rest) >= 0) {}
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void what_is_to_happen_at_the_end_happens_once_when_the_client_goes_away() throws IOException {
        AtomicInteger ends = new AtomicInteger();
        AtomicReference<@Nullable Exchange> asked = new AtomicReference<>();
        try (Socket socket = ask((exchange, stream) -> {
            asked.set(exchange);
            exchange.onEnd(ends::incrementAndGet);
            stream.event(EVENT);
            stream.flush();
        })) {
            assertThat(socket.getInputStream().read()).isPositive();
        }

        await().until(() -> ends.get() > 0);
        AtomicInteger late = new AtomicInteger();
        Exchange exchange = Objects.requireNonNull(asked.get());
        exchange.onEnd(late::incrementAndGet);
        vertx.close().toCompletionStage().toCompletableFuture().join();
        assertThat(ends).hasValue(1);
        assertThat(late).as("what comes too late for it happens at once").hasValue(1);
    }

    @Test
    void a_stream_that_ends_while_the_instance_leaves_is_the_last_of_its_connection() throws IOException {
        try (Socket socket = ask((exchange, stream) -> stream.of(() -> {
            stream.event(EVENT);
            stream.flush();
            leaving = true;
            stream.done();
        }))) {
            assertThat(all(socket)).contains("[DONE]").doesNotContainIgnoringCase("connection: close");
        }
    }

    @Test
    void an_answer_that_is_given_while_the_instance_leaves_says_that_the_connection_ends() throws IOException {
        leaving = true;
        try (Socket socket = ask(
                (exchange, stream) -> exchange.respond(JsonBody.MAPPER.createObjectNode()),
                "connection: keep-alive\r\n")) {
            // To its end, which a connection that is kept does not have.
            assertThat(all(socket)).containsIgnoringCase("connection: close");
        }
    }
}
