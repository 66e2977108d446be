package io.autoglm.gateway.admission;

import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.policy.Budget;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.policy.TenantPolicy;
import io.autoglm.gateway.quota.Tokens;
import io.autoglm.redis.ShippedLink;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What it takes to let a request in: the time from a gateway's question to the answer, and how many are let in each
/// second by one gateway. Each is settled as well, which nobody waits for.
///
/// `AdmissionBench`, as `./autoglm bench admission` calls it, with the Redis in `AUTOGLM_REDIS_URL`. It counts for a
/// tenant `bench` that nobody else has.
public final class AdmissionBench {
    static final String MODEL = "bench";
    static final Tokens COST = new Tokens(500, 200);
    private static final int MANY = Integer.MAX_VALUE;
    private static final String NOBODY_LISTENS = "redis://127.0.0.1:1";

    private final PrintStream out;
    private final Vertx vertx;

    private AdmissionBench(PrintStream out, Vertx vertx) {
        this.out = out;
        this.vertx = vertx;
    }

    public static void main(String... arguments) throws Exception {
        String url = System.getenv("AUTOGLM_REDIS_URL");
        if (url == null) {
            System.out.println("AUTOGLM_REDIS_URL is not set");
            return;
        }
        Vertx vertx = Vertx.vertx();
        try {
            new AdmissionBench(System.out, vertx).run(url);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
        // Mutiny's timers have threads that would live on.
        System.exit(0);
    }

    private void run(String url) throws Exception {
        out.printf("%-40s %8s %10s %10s %12s %8s%n", "", "clients", "p50 µs", "p99 µs", "each second", "local");
        Caller one = caller("one", Limits.of(MANY, 10_000), TenantPolicy.OPEN);
        Limits all = new Limits(MANY, MANY, MANY, MANY, 10_000);
        Caller every = caller("every", all, policy(all));
        Caller spent = caller("spent", Limits.of(600, 10_000), TenantPolicy.OPEN);
        Admission admission = admission(url);
        for (int clients : List.of(1, 16, 256)) {
            print("a key's requests a minute and at once", clients, admission, one);
        }
        for (int clients : List.of(1, 16, 256)) {
            print("15 limits and 4 budgets", clients, admission, every);
        }
        print("refused", 16, admission, spent);
        admission.end();
        Admission alone = admission(NOBODY_LISTENS);
        print("15 limits and 4 budgets, no Redis", 16, alone, every);
        alone.end();
    }

    private Admission admission(String url) throws IOException {
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        AdmissionConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(AdmissionConfig.class)
                .build()
                .getConfigMapping(AdmissionConfig.class);
        Admission admission = new Admission(
                ShippedLink.to(url, vertx, metrics),
                config,
                new Prices(Map::of),
                new AdmissionMetrics(metrics),
                Clock.systemUTC(),
                vertx);
        admission.begin();
        return admission;
    }

    private void print(String name, int clients, Admission admission, Caller caller) throws Exception {
        Rush.Result result = new Rush(admission, vertx, caller).of(clients);
        out.printf(
                Locale.ROOT,
                "%-40s %8d %10.0f %10.0f %,12.0f %8d%n",
                name,
                clients,
                result.p50Micros(),
                result.p99Micros(),
                result.eachSecond(),
                result.local());
        out.flush();
    }

    private static TenantPolicy policy(Limits limits) {
        BigDecimal money = BigDecimal.valueOf(1_000_000_000L);
        return new TenantPolicy(
                limits,
                Map.of(MODEL, limits),
                new Budget(1L << 50, 1L << 50, money, money),
                Optional.empty(),
                PriorityClass.INTERACTIVE,
                false);
    }

    private static Caller caller(String account, Limits limits, TenantPolicy policy) {
        return new Caller(
                "bench",
                "bench",
                "key:" + account,
                Set.of("user"),
                limits,
                Set.of("*"),
                PriorityClass.INTERACTIVE,
                policy);
    }
}
