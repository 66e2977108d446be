package io.autoglm.gateway.chat;

import static io.autoglm.gateway.neighbours.Client.ask;
import static io.autoglm.gateway.neighbours.ScriptedInstance.word;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.gateway.neighbours.Client;
import io.autoglm.gateway.neighbours.Neighbours;
import io.autoglm.gateway.neighbours.ScriptedInstance;
import io.autoglm.gateway.neighbours.ScriptedInstance.Received;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(Neighbours.class)
class ManyStreamsTest {
    private static final int STREAMS = 1_000;
    /// Streams begun at a time, so that a slow machine is not timed out on.
    private static final int RAMP = 50;

    /// Set by the test resource before each test.
    @SuppressWarnings("NullAway.Init")
    Neighbours neighbours;

    @BeforeEach
    void everybodyIsUp() {
        neighbours.reset();
    }

    @Test
    void a_thousand_streams_are_open_at_once_and_all_end_well() {
        Queue<Received> waiting = new ConcurrentLinkedQueue<>();
        ScriptedInstance.Script oneTokenAndWait = received -> {
            ScriptedInstance.beginStream(received);
            received.response().write(word("a"));
            waiting.add(received);
        };
        for (int i = 0; i < STREAMS; i++) {
            neighbours.first.next(oneTokenAndWait);
            neighbours.second.next(oneTokenAndWait);
        }
        HttpClient client = neighbours.vertx().createHttpClient(new PoolOptions().setHttp1MaxSize(STREAMS));
        AtomicInteger firstTokens = new AtomicInteger();

        List<Future<Buffer>> answers = new ArrayList<>();
        while (answers.size() < STREAMS) {
            IntStream.range(0, RAMP).forEach(i -> answers.add(stream(client, firstTokens)));
            await().atMost(Duration.ofSeconds(60)).until(() -> firstTokens.get() == answers.size());
        }
        assertThat(waiting).hasSize(STREAMS);
        assertThat(metric("autoglm_requests_open")).isEqualTo(STREAMS);
        // Of what was asked only the bytes are kept while the answer flows, so that it could go on elsewhere.
        assertThat(metric("autoglm_bodies_bytes"))
                .isEqualTo(STREAMS * ask("hi", true).length());
        waiting.forEach(ScriptedInstance::endStream);

        Future.all(answers)
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
        assertThat(answers).allMatch(answer -> answer.result().toString().endsWith("data: [DONE]\n\n"));
        neighbours.scheduler.everyLeaseIsBack();
        await().until(() -> metric("autoglm_requests_open") == 0);
    }

    private static Future<Buffer> stream(HttpClient client, AtomicInteger firstTokens) {
        return client.request(HttpMethod.POST, Client.port(), "127.0.0.1", "/v1/chat/completions")
                .compose(request -> request.putHeader("Authorization", "Bearer " + Neighbours.KEY)
                        .putHeader("Content-Type", "application/json")
                        .send(ask("hi", true)))
                .compose(response -> {
                    Buffer all = Buffer.buffer();
                    response.handler(part -> {
                        if (all.length() == 0) {
                            firstTokens.incrementAndGet();
                        }
                        all.appendBuffer(part);
                    });
                    return response.end().map(all);
                });
    }

    private static double metric(String name) {
        return Client.management("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }
}
