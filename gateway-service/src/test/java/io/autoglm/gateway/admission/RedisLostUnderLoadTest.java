package io.autoglm.gateway.admission;

import static io.autoglm.gateway.admission.TestGateway.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.quota.Tokens;
import io.autoglm.redis.RedisProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Two gateways and 200 clients between them, while Redis goes and comes back.
class RedisLostUnderLoadTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int LIMIT = 1_000;
    private static final Caller CALLER = caller("key:a", new Limits(null, LIMIT, 1_000_000, null, 150));

    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger admitted = new AtomicInteger();
    private final AtomicLong longestNanos = new AtomicLong();
    private final AtomicBoolean done = new AtomicBoolean();

    /// What becomes of it.
    enum Trouble {
        KILLED,
        KILLED_AND_FORGETFUL,
        SUSPENDED;

        RedisProcess redis() throws IOException {
            return this == KILLED ? RedisProcess.keeping() : new RedisProcess("--save", "");
        }

        void begin(RedisProcess redis) throws Exception {
            switch (this) {
                case KILLED, KILLED_AND_FORGETFUL -> redis.kill();
                case SUSPENDED -> redis.suspend();
            }
        }

        void end(RedisProcess redis) throws Exception {
            switch (this) {
                case KILLED, KILLED_AND_FORGETFUL -> redis.start();
                case SUSPENDED -> redis.resume();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void no_request_fails_or_waits_for_long_and_each_loss_lets_in_the_limit_once_more_at_most(Trouble trouble)
            throws Exception {
        try (RedisProcess redis = trouble.redis().start();
                TestGateway first = new TestGateway(redis.url(), Settings.QUICK);
                TestGateway second = new TestGateway(redis.url(), Settings.QUICK);
                ExecutorService load = Executors.newSingleThreadExecutor()) {
            first.ready(2);
            second.ready(2);
            Future<?> clients = load.submit(() -> {
                Crowd.run(client -> keepAsking(client % 2 == 0 ? first : second));
                return null;
            });
            try {
                more(2_000);
                trouble.begin(redis);
                await().atMost(PATIENCE).until(() -> first.isLocal() && second.isLocal());
                more(2_000);
                trouble.end(redis);
                first.ready(2);
                second.ready(2);
                more(2_000);
            } finally {
                done.set(true);
            }
            clients.get();

            // It is lost once, and once more where it comes back empty within the same minute.
            int losses = trouble == Trouble.KILLED_AND_FORGETFUL ? 2 : 1;
            assertThat(admitted.get()).isBetween((int) (0.98 * LIMIT), (1 + losses) * LIMIT + 2);
            // One time limit, on a machine that is busy.
            assertThat(Duration.ofNanos(longestNanos.get())).isLessThan(Duration.ofSeconds(3));
            await().atMost(PATIENCE).until(() -> open(redis).equals(":0"));
        }
    }

    private void keepAsking(TestGateway gateway) throws InterruptedException {
        while (!done.get()) {
            long begun = System.nanoTime();
            Outcome outcome = gateway.ask(CALLER, new Tokens(3, 0));
            longestNanos.accumulateAndGet(System.nanoTime() - begun, Math::max);
            asked.incrementAndGet();
            if (outcome instanceof Outcome.Admitted in) {
                admitted.incrementAndGet();
                in.reservation().settle(new Tokens(2, 1));
            }
            // What a client does between two requests.
            Thread.sleep(2);
        }
    }

    private void more(int requests) {
        int before = asked.get();
        await().atMost(PATIENCE).until(() -> asked.get() >= before + requests);
    }

    private static String open(RedisProcess redis) throws IOException {
        return redis.command("ZCARD autoglm:gw:{acme}:account:key:a:leases");
    }
}
