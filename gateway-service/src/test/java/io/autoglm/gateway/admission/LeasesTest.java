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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How long a request counts as open.
class LeasesTest {
    private static final Settings SHORT = Settings.QUICK.lease(Duration.ofSeconds(2));
    private static final Tokens NOTHING = Tokens.NONE;

    @SuppressWarnings("NullAway.Init")
    private RedisProcess redis;

    @SuppressWarnings("NullAway.Init")
    private TestGateway first;

    @SuppressWarnings("NullAway.Init")
    private TestGateway second;

    @BeforeEach
    void start() throws IOException {
        redis = new RedisProcess("--save", "").start();
        first = new TestGateway(redis.url(), SHORT);
        second = new TestGateway(redis.url(), SHORT);
        first.ready(2);
        second.ready(2);
    }

    @AfterEach
    void stop() throws IOException {
        first.close();
        second.close();
        redis.close();
    }

    @Test
    void a_gateway_that_was_killed_gives_its_places_back_when_its_leases_end() {
        Caller caller = caller("key:killed", new Limits(null, null, null, null, 3));
        for (int i = 0; i < 3; i++) {
            second.let(caller, NOTHING);
        }
        long killed = System.nanoTime();
        second.kill();
        assertThat(first.ask(caller, NOTHING)).isInstanceOf(Outcome.Refused.class);

        await().atMost(Duration.ofSeconds(10)).until(() -> first.ask(caller, NOTHING) instanceof Outcome.Admitted);

        assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    void a_request_that_is_open_for_long_keeps_its_place() {
        Caller caller = caller("key:long", new Limits(null, null, null, null, 1));
        Reservation open = first.let(caller, NOTHING);

        await().during(Duration.ofSeconds(4))
                .atMost(Duration.ofSeconds(5))
                .until(() -> second.ask(caller, NOTHING) instanceof Outcome.Refused);

        open.settle(NOTHING);
        await().atMost(Duration.ofSeconds(2)).until(() -> second.ask(caller, NOTHING) instanceof Outcome.Admitted);
    }
}
