package io.autoglm.gateway.admission;

import static org.awaitility.Awaitility.await;

import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.policy.TenantPolicy;
import io.autoglm.gateway.quota.Tokens;
import io.autoglm.redis.Links;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// The admission of one gateway, with connections and timers of its own.
final class TestGateway implements AutoCloseable {
    static final String MODEL = "glm";

    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    final Admission admission;
    private final Vertx vertx = Vertx.vertx();

    TestGateway(String url, Settings settings) {
        PricesConfig.Price price = new PricesConfig.Price() {
            @Override
            public BigDecimal input() {
                return new BigDecimal("0.5");
            }

            @Override
            public BigDecimal output() {
                return new BigDecimal("2");
            }
        };
        this.admission = new Admission(
                Links.to(url, settings.timeout().multipliedBy(2), vertx, metrics),
                settings,
                new Prices(() -> Map.of(MODEL, price)),
                new AdmissionMetrics(metrics),
                Clock.systemUTC(),
                vertx);
        admission.begin();
    }

    /// When Redis counts for it, and for so many gateways.
    TestGateway ready(int gateways) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !isLocal()
                        && metrics.get("autoglm.admission.gateways").gauge().value() == gateways);
        return this;
    }

    boolean isLocal() {
        return metrics.get("autoglm.admission.redis.away").gauge().value() == 1;
    }

    double decisions(String source) {
        return metrics.get("autoglm.admission.decisions")
                .tag("source", source)
                .counter()
                .count();
    }

    Outcome ask(Caller caller, Tokens estimate) {
        return ask(caller, estimate, UUID.randomUUID().toString());
    }

    Outcome ask(Caller caller, Tokens estimate, String requestId) {
        return admission
                .admit(admission.claim(caller, requestId, MODEL, estimate), MODEL)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    Reservation let(Caller caller, Tokens estimate) {
        if (ask(caller, estimate) instanceof Outcome.Admitted admitted) {
            return admitted.reservation();
        }
        throw new AssertionError("it was refused");
    }

    static Caller caller(String account, Limits limits) {
        return caller(account, limits, TenantPolicy.OPEN);
    }

    static Caller caller(String account, Limits limits, TenantPolicy policy) {
        return new Caller("acme", "s", account, Set.of("user"), limits, Set.of("*"), PriorityClass.INTERACTIVE, policy);
    }

    /// As after `kill -9`: nothing is given back, nothing is renewed.
    void kill() {
        admission.end();
    }

    @Override
    public void close() {
        admission.end();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
