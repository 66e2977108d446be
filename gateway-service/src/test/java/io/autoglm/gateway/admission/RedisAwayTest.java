package io.autoglm.gateway.admission;

import static io.autoglm.gateway.admission.TestGateway.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.policy.Budget;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.policy.TenantPolicy;
import io.autoglm.gateway.quota.Limit;
import io.autoglm.gateway.quota.Tokens;
import io.autoglm.redis.RedisProcess;
import io.autoglm.redis.Tunnel;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What callers notice while Redis is away: their limits, and nothing else.
class RedisAwayTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @SuppressWarnings("NullAway.Init")
    private RedisProcess redis;

    @SuppressWarnings("NullAway.Init")
    private Tunnel tunnel;

    @SuppressWarnings("NullAway.Init")
    private TestGateway first;

    @SuppressWarnings("NullAway.Init")
    private TestGateway second;

    @BeforeEach
    void start() throws IOException {
        redis = RedisProcess.keeping().start();
        tunnel = new Tunnel(redis.port());
        first = new TestGateway("redis://127.0.0.1:" + tunnel.port(), Settings.QUICK);
        second = new TestGateway(redis.url(), Settings.QUICK);
        first.ready(2);
        second.ready(2);
    }

    @AfterEach
    void stop() throws IOException {
        first.close();
        second.close();
        tunnel.close();
        redis.close();
    }

    @Test
    void each_gateway_lets_in_its_part_of_the_limit_while_redis_is_dead() {
        Caller caller = caller("key:a", new Limits(null, 100, null, null, null));
        redis.kill();

        int atFirst = admitted(first, caller, 200);
        int atSecond = admitted(second, caller, 200);

        assertThat(atFirst).isEqualTo(50);
        assertThat(atSecond).isEqualTo(50);
        assertThat(first.isLocal()).isTrue();
        assertThat(first.decisions("local")).isEqualTo(200);
    }

    @Test
    void what_redis_had_counted_before_it_died_a_gateway_remembers_of_its_own_requests() {
        Caller caller = caller("key:a", new Limits(null, 100, null, null, null));
        assertThat(admitted(first, caller, 30)).isEqualTo(30);
        redis.kill();

        assertThat(admitted(first, caller, 100)).isEqualTo(20);
    }

    @Test
    void one_request_waits_for_a_redis_that_stands_still_and_those_after_it_do_not() throws Exception {
        Caller caller = caller("key:a", new Limits(null, 1_000, null, null, null));
        redis.suspend();
        try {
            long begun = System.nanoTime();
            assertThat(first.ask(caller, Tokens.NONE).local()).isTrue();
            long first100 = System.nanoTime();
            assertThat(admitted(first, caller, 100)).isEqualTo(100);
            long done = System.nanoTime();

            assertThat(Duration.ofNanos(first100 - begun)).isLessThan(Duration.ofSeconds(2));
            assertThat(Duration.ofNanos(done - first100)).isLessThan(Duration.ofMillis(300));
        } finally {
            redis.resume();
        }
        first.ready(2);
        assertThat(first.ask(caller, Tokens.NONE).local()).isFalse();
    }

    @Test
    void connections_that_went_silent_cost_one_wait_and_are_left() {
        Caller caller = caller("key:a", new Limits(null, 1_000, null, null, null));
        first.let(caller, Tokens.NONE);
        tunnel.silence();

        assertThat(first.ask(caller, Tokens.NONE)).isInstanceOf(Outcome.Admitted.class);

        await().atMost(PATIENCE).until(() -> !first.ask(caller, Tokens.NONE).local());
        assertThat(second.isLocal()).isFalse();
    }

    @Test
    void a_redis_that_comes_back_empty_learns_what_is_open() throws IOException {
        Caller caller = caller("key:a", new Limits(null, null, null, null, 4));
        Reservation one = first.let(caller, Tokens.NONE);
        Reservation two = second.let(caller, Tokens.NONE);
        redis.command("FLUSHALL");

        await().atMost(PATIENCE)
                .until(() -> redis.command("ZCARD autoglm:gw:{acme}:account:key:a:leases")
                        .equals(":2"));

        first.let(caller, Tokens.NONE);
        second.let(caller, Tokens.NONE);
        assertThat(first.ask(caller, Tokens.NONE)).isInstanceOf(Outcome.Refused.class);
        one.settle(Tokens.NONE);
        two.settle(Tokens.NONE);
        await().atMost(PATIENCE).until(() -> first.ask(caller, Tokens.NONE) instanceof Outcome.Admitted);
    }

    @Test
    void what_was_spent_while_redis_was_away_is_told_to_it_once() throws Exception {
        TenantPolicy policy = new TenantPolicy(
                Limits.NONE,
                Map.of(),
                new Budget(1_000L, null, null, null),
                Optional.empty(),
                PriorityClass.INTERACTIVE,
                false);
        Caller caller = caller("key:a", new Limits(null, 10_000, null, null, 10), policy);
        Reservation before = first.let(caller, Tokens.NONE);
        redis.kill();
        await().atMost(PATIENCE).until(first::isLocal);
        before.settle(new Tokens(100, 0));
        first.let(caller, Tokens.NONE).settle(new Tokens(400, 300));
        first.let(caller, Tokens.NONE).settle(new Tokens(200, 0));
        assertThat(refusal(first, caller)).isEqualTo(Limit.TOKENS_PER_DAY);

        redis.start();

        await().atMost(PATIENCE)
                .until(() ->
                        redis.command("HGET autoglm:gw:{acme}:spent dayTokens").endsWith("1000"));
        assertThat(redis.command("HGET autoglm:gw:{acme}:spent dayMoney")).endsWith("950");
        second.ready(2);
        assertThat(refusal(second, caller)).isEqualTo(Limit.TOKENS_PER_DAY);
    }

    private static Limit refusal(TestGateway gateway, Caller caller) {
        return ((Outcome.Refused) gateway.ask(caller, Tokens.NONE)).why().limit();
    }

    /// @return how many of so many were let in; that none fails is part of the test
    private static int admitted(TestGateway gateway, Caller caller, int requests) {
        int admitted = 0;
        for (int i = 0; i < requests; i++) {
            if (gateway.ask(caller, Tokens.NONE) instanceof Outcome.Admitted in) {
                admitted++;
                in.reservation().settle(Tokens.NONE);
            }
        }
        return admitted;
    }
}
