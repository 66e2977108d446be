package io.autoglm.gateway.chat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.DoubleStream;

/// What is measured of requests to models, under OpenTelemetry's GenAI names and buckets (semantic-conventions
/// 7b0c0fe1e), so that dashboards made for others work here. Safe from any thread.
@Singleton
final class GenerationMetrics {
    private static final Duration[] REQUEST_BUCKETS =
            seconds(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);
    private static final Duration[] FIRST_TOKEN_BUCKETS =
            seconds(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10);
    private static final Duration[] PER_TOKEN_BUCKETS =
            seconds(0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5);
    private static final double[] TOKEN_BUCKETS =
            DoubleStream.iterate(1, n -> n * 4).limit(14).toArray();

    private final MeterRegistry registry;
    private final AtomicInteger open = new AtomicInteger();

    GenerationMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("autoglm.requests.open", open, AtomicInteger::get)
                .description("Requests to models between admission and their end")
                .register(registry);
    }

    void opened() {
        open.incrementAndGet();
    }

    /// @param model one that exists, or `unknown`: the label must stay bounded whatever callers ask for
    void closed(Endpoint endpoint, String model, String errorType, Duration took) {
        open.decrementAndGet();
        Timer.builder("gen_ai.server.request.duration")
                .tags(tags(endpoint, model).and("error.type", errorType))
                .serviceLevelObjectives(REQUEST_BUCKETS)
                .register(registry)
                .record(took);
    }

    void firstToken(Endpoint endpoint, String model, Duration took) {
        Timer.builder("gen_ai.server.time_to_first_token")
                .tags(tags(endpoint, model))
                .serviceLevelObjectives(FIRST_TOKEN_BUCKETS)
                .register(registry)
                .record(took);
    }

    /// @param rest the time from the first token to the last
    void tokens(Endpoint endpoint, String model, Spent spent, Duration rest) {
        if (spent.promptTokens() > 0) {
            usage(endpoint, model, "input").record(spent.promptTokens());
        }
        if (endpoint.generates()) {
            usage(endpoint, model, "output").record(spent.completionTokens());
        }
        if (spent.completionTokens() > 1 && !rest.isZero()) {
            Timer.builder("gen_ai.server.time_per_output_token")
                    .tags(tags(endpoint, model))
                    .serviceLevelObjectives(PER_TOKEN_BUCKETS)
                    .register(registry)
                    .record(rest.dividedBy(spent.completionTokens() - 1L));
        }
    }

    void retried(String reason) {
        Counter.builder("autoglm.upstream.retries")
                .description("Requests that went to a second instance")
                .tag("reason", reason)
                .register(registry)
                .increment();
    }

    /// @param reason why the stream broke
    /// @param found  whether somebody went on with it
    void continued(String reason, boolean found) {
        Counter.builder("autoglm.upstream.continuations")
                .description("Streams that broke off after their first token and could go on elsewhere")
                .tag("reason", reason)
                .tag("outcome", found ? "continued" : "broken")
                .register(registry)
                .increment();
    }

    void appended(boolean stored) {
        Counter.builder("autoglm.recall.appends")
                .description("Turns that were to be remembered")
                .tag("outcome", stored ? "stored" : "lost")
                .register(registry)
                .increment();
    }

    private DistributionSummary usage(Endpoint endpoint, String model, String type) {
        return DistributionSummary.builder("gen_ai.client.token.usage")
                .tags(tags(endpoint, model).and("gen_ai.token.type", type))
                .serviceLevelObjectives(TOKEN_BUCKETS)
                .register(registry);
    }

    private static Tags tags(Endpoint endpoint, String model) {
        return Tags.of(
                "gen_ai.operation.name",
                endpoint.operation(),
                "gen_ai.provider.name",
                "autoglm",
                "gen_ai.request.model",
                model);
    }

    private static Duration[] seconds(double... values) {
        return DoubleStream.of(values)
                .mapToObj(value -> Duration.ofNanos(Math.round(value * 1e9)))
                .toArray(Duration[]::new);
    }
}
