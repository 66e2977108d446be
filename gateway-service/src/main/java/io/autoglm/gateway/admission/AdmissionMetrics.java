package io.autoglm.gateway.admission;

import io.autoglm.gateway.quota.Limit;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/// What is measured of admission. Safe from any thread.
@Singleton
public final class AdmissionMetrics {
    private final MeterRegistry registry;
    private final Counter admitted;
    private final Map<Limit, Counter> shed = new EnumMap<>(Limit.class);
    private final Counter byRedis;
    private final Counter byGateway;
    private final Counter lost;

    public AdmissionMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.admitted = requests("admitted", "none");
        for (Limit limit : Limit.values()) {
            shed.put(limit, requests("shed", limit.label()));
        }
        this.byRedis = decisions("redis");
        this.byGateway = decisions("local");
        this.lost = Counter.builder("autoglm.admission.spending.lost")
                .description(
                        "Requests whose cost was not added to what their tenant has spent: Redis was away too long")
                .register(registry);
    }

    void admitted() {
        admitted.increment();
    }

    public void shed(Limit limit) {
        Objects.requireNonNull(shed.get(limit)).increment();
    }

    void decidedByRedis() {
        byRedis.increment();
    }

    void decidedHere() {
        byGateway.increment();
    }

    void spendingLost() {
        lost.increment();
    }

    public void accounts(Map<String, ?> accounts) {
        registry.gaugeMapSize("autoglm.admission.accounts", List.of(), accounts);
    }

    <T> void away(T of, ToDoubleFunction<T> away) {
        Gauge.builder("autoglm.admission.redis.away", of, away)
                .description("1 while limits are counted by each gateway for itself, because Redis is away")
                .register(registry);
        Gauge.builder("autoglm.degraded", of, away)
                .description("1 while requests are served without what the tag names")
                .tag("reason", Outcome.LIMITS_LOCAL)
                .register(registry);
    }

    <T> void gateways(T of, ToDoubleFunction<T> count) {
        Gauge.builder("autoglm.admission.gateways", of, count)
                .description("Gateways that count together, as far as this one knows")
                .register(registry);
    }

    private Counter requests(String outcome, String limit) {
        return Counter.builder("autoglm.admission.requests")
                .description("Requests that admission decided on")
                .tag("outcome", outcome)
                .tag("limit", limit)
                .register(registry);
    }

    private Counter decisions(String source) {
        return Counter.builder("autoglm.admission.decisions")
                .description("Requests by who counted them: Redis for all gateways, or this one for itself")
                .tag("source", source)
                .register(registry);
    }
}
