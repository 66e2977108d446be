package io.autoglm.gateway.queue;

import io.autoglm.gateway.policy.PriorityClass;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/// What is measured of requests that wait, by class. Safe from any thread.
@Singleton
final class QueueMetrics {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(10),
        Duration.ofMillis(100),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofSeconds(120),
        Duration.ofSeconds(300)
    };

    private final MeterRegistry registry;
    private final Map<PriorityClass, AtomicInteger> waiting = new EnumMap<>(PriorityClass.class);

    QueueMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (PriorityClass priority : PriorityClass.values()) {
            AtomicInteger count = new AtomicInteger();
            waiting.put(priority, count);
            Gauge.builder("autoglm.queue.size", count, AtomicInteger::get)
                    .description("Requests that wait for a slot of their model")
                    .tag("priority", priority.label())
                    .register(registry);
        }
    }

    void waits(PriorityClass priority, int more) {
        Objects.requireNonNull(waiting.get(priority)).addAndGet(more);
    }

    void waited(PriorityClass priority, Duration howLong) {
        Timer.builder("autoglm.queue.wait")
                .description("How long requests that went waited for a slot of their model")
                .tag("priority", priority.label())
                .serviceLevelObjectives(BUCKETS)
                .register(registry)
                .record(howLong);
    }

    void shed(PriorityClass priority, Turn.Reason reason) {
        gone(priority, reason.name().toLowerCase(Locale.ROOT));
    }

    /// The client has gone.
    void left(PriorityClass priority) {
        gone(priority, "client_gone");
    }

    private void gone(PriorityClass priority, String reason) {
        Counter.builder("autoglm.queue.shed")
                .description("Requests that waited in vain, or could not even wait")
                .tag("priority", priority.label())
                .tag("reason", reason)
                .register(registry)
                .increment();
    }
}
