package io.autoglm.inference.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BatchMetricsTest {

    private static final int LOOPS = 100;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final BatchMetrics metrics = new BatchMetrics(registry, "scripted", ScriptedLoop.MAX_TOKENS);

    private double steps() {
        return registry.get("autoglm:engine_steps").functionCounter().count();
    }

    /// Read all the while that one loop after the other ends.
    @Test
    void the_steps_of_the_engine_never_go_backwards() throws InterruptedException, ExecutionException {
        CountDownLatch over = new CountDownLatch(1);
        CompletableFuture<Double> largestFall = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            double before = 0;
            double fall = 0;
            while (over.getCount() > 0) {
                double now = steps();
                fall = Math.max(fall, before - now);
                before = now;
            }
            largestFall.complete(fall);
        });

        for (int i = 0; i < LOOPS; i++) {
            ScriptedDecoder decoder = new ScriptedDecoder(1, ScriptedLoop.MAX_TOKENS);
            try (ScriptedLoop loop = new ScriptedLoop(decoder, 0, 0, registry, metrics)) {
                loop.ask(ScriptedLoop.prompt(i, 4), 4, Priority.DEFAULT).ending();
            }
        }
        over.countDown();

        assertThat(largestFall.get()).isZero();
        assertThat(steps()).isGreaterThanOrEqualTo(4 * LOOPS);
    }
}
