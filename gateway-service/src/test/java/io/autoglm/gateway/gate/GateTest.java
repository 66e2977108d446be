package io.autoglm.gateway.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.gateway.admission.AdmissionMetrics;
import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.policy.TenantPolicy;
import io.autoglm.gateway.quota.Allowance;
import io.autoglm.gateway.quota.Limit;
import io.autoglm.gateway.quota.RateHeaders;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class GateTest {
    private final AtomicLong now = new AtomicLong(1_000);
    private final Gate gate = gate(1_000);

    @Test
    void a_caller_may_burst_its_minute_and_then_waits_for_the_next_token() {
        Caller caller = caller("a", 60, 1_000);
        for (int i = 0; i < 60; i++) {
            assertThat(gate.enter(caller)).isInstanceOf(Decision.Admitted.class);
        }

        Decision refused = gate.enter(caller);

        assertThat(refused).isInstanceOf(Decision.Shed.class);
        assertThat(((Decision.Shed) refused).retryAfterSeconds()).isEqualTo(1);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(gate.enter(caller)).isInstanceOf(Decision.Admitted.class);
        assertThat(gate.enter(caller)).isInstanceOf(Decision.Shed.class);
    }

    @Test
    void whoever_waits_as_long_as_told_is_let_in() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            Caller caller = caller("r" + round, 1 + random.nextInt(500), 10_000);
            Decision decision = gate.enter(caller);
            while (decision instanceof Decision.Admitted) {
                now.addAndGet(random.nextInt(1_000_000));
                decision = gate.enter(caller);
            }
            now.addAndGet(Duration.ofSeconds(((Decision.Shed) decision).retryAfterSeconds())
                    .toNanos());
            assertThat(gate.enter(caller)).isInstanceOf(Decision.Admitted.class);
        }
    }

    @Test
    void a_caller_has_twice_its_limits_at_one_gateway() {
        Gate generous = new Gate(10, now::get, new AdmissionMetrics(new SimpleMeterRegistry()), Gate.GENEROUS);

        for (int i = 0; i < 6; i++) {
            assertThat(generous.enter(caller("a", 3, 100))).isInstanceOf(Decision.Admitted.class);
        }
        assertThat(generous.enter(caller("a", 3, 100))).isInstanceOf(Decision.Shed.class);
        assertThat(generous.enter(caller("b", 100, 1))).isInstanceOf(Decision.Admitted.class);
        assertThat(generous.enter(caller("b", 100, 1))).isInstanceOf(Decision.Admitted.class);
        assertThat(generous.enter(caller("b", 100, 1))).isInstanceOf(Decision.Shed.class);
    }

    @Test
    void a_caller_is_told_how_it_stood_last() {
        Decision.Admitted first = (Decision.Admitted) gate.enter(caller("a", 60, 10));
        assertThat(first.rates()).isEqualTo(RateHeaders.untouched(Limits.of(60, 10)));

        RateHeaders told = new RateHeaders(List.of(new Allowance(Limit.REQUESTS_PER_MINUTE, 60, 12, 7_000)));
        first.permit().stands(told);

        assertThat(gate.enter(caller("a", 60, 10)).rates()).isEqualTo(told);
    }

    @Test
    void a_permit_counts_until_it_is_released_and_a_second_release_changes_nothing() {
        Caller caller = caller("a", 1_000, 2);
        Permit first = ((Decision.Admitted) gate.enter(caller)).permit();
        Permit second = ((Decision.Admitted) gate.enter(caller)).permit();
        assertThat(gate.enter(caller)).isInstanceOf(Decision.Shed.class);

        first.release();
        first.release();

        assertThat(gate.enter(caller)).isInstanceOf(Decision.Admitted.class);
        assertThat(gate.enter(caller)).isInstanceOf(Decision.Shed.class);
        second.release();
        assertThat(gate.enter(caller)).isInstanceOf(Decision.Admitted.class);
    }

    @Test
    void a_refusal_for_concurrency_costs_no_token() {
        Caller caller = caller("a", 2, 1);
        Permit permit = ((Decision.Admitted) gate.enter(caller)).permit();
        for (int i = 0; i < 10; i++) {
            assertThat(gate.enter(caller)).isInstanceOf(Decision.Shed.class);
        }
        permit.release();

        assertThat(gate.enter(caller)).isInstanceOf(Decision.Admitted.class);
    }

    @Test
    void callers_do_not_spend_each_others_tokens() {
        assertThat(gate.enter(caller("a", 1, 1))).isInstanceOf(Decision.Admitted.class);
        assertThat(gate.enter(caller("b", 1, 1))).isInstanceOf(Decision.Admitted.class);
    }

    @Test
    void changed_limits_are_in_force_at_once() {
        gate.enter(caller("a", 1, 10));
        assertThat(gate.enter(caller("a", 1, 10))).isInstanceOf(Decision.Shed.class);

        assertThat(gate.enter(caller("a", 100, 10))).isInstanceOf(Decision.Admitted.class);
    }

    @Test
    void what_is_open_stays_counted_when_the_limits_change() {
        Permit permit = ((Decision.Admitted) gate.enter(caller("a", 60, 1))).permit();

        assertThat(gate.enter(caller("a", 600, 1))).isInstanceOf(Decision.Shed.class);
        permit.release();
        assertThat(gate.enter(caller("a", 600, 1))).isInstanceOf(Decision.Admitted.class);
        assertThat(gate.enter(caller("a", 600, 1))).isInstanceOf(Decision.Shed.class);
    }

    @Test
    void what_was_spent_stays_spent_when_the_limits_change() {
        gate.enter(caller("a", 3, 10));
        gate.enter(caller("a", 3, 10));

        for (int i = 0; i < 8; i++) {
            assertThat(gate.enter(caller("a", 10, 10))).isInstanceOf(Decision.Admitted.class);
        }
        assertThat(gate.enter(caller("a", 10, 10))).isInstanceOf(Decision.Shed.class);
        assertThat(gate.enter(caller("a", 1, 10))).isInstanceOf(Decision.Shed.class);
    }

    @Test
    void a_refusal_is_counted_under_the_limit_that_made_it() {
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        Gate two = new Gate(2, now::get, new AdmissionMetrics(metrics), 1);
        two.enter(caller("rate", 1, 5));
        two.enter(caller("rate", 1, 5));
        two.enter(caller("concurrency", 5, 1));
        two.enter(caller("concurrency", 5, 1));
        two.enter(caller("one too many", 1, 1));

        for (String limit : List.of("requests_per_minute", "concurrency", "accounts")) {
            assertThat(count(metrics, "shed", limit)).as(limit).isEqualTo(1);
        }
        assertThat(count(metrics, "admitted", "none"))
                .as("the gate decides on nothing")
                .isEqualTo(0);
    }

    @Test
    void a_full_map_is_searched_at_most_once_a_second() {
        Gate small = gate(1);
        Permit open = ((Decision.Admitted) small.enter(caller("a", 60_000, 1))).permit();
        assertThat(small.enter(caller("b", 60, 1))).isInstanceOf(Decision.Shed.class);
        open.release();
        now.addAndGet(Duration.ofMillis(500).toNanos());

        assertThat(small.enter(caller("b", 60, 1))).isInstanceOf(Decision.Shed.class);
        assertThat(small.enter(caller("b", 60, 1))).isInstanceOf(Decision.Shed.class);

        now.addAndGet(Duration.ofMillis(500).toNanos());
        assertThat(small.enter(caller("b", 60, 1))).isInstanceOf(Decision.Shed.class);
        assertThat(small.enter(caller("b", 60, 1))).isInstanceOf(Decision.Admitted.class);
    }

    @Test
    void a_full_map_makes_room_by_forgetting_only_what_tells_nothing() {
        Gate small = gate(2);
        Permit open = ((Decision.Admitted) small.enter(caller("open", 60, 1))).permit();
        ((Decision.Admitted) small.enter(caller("idle", 60, 1))).permit().release();
        now.addAndGet(Duration.ofMinutes(2).toNanos());

        assertThat(small.enter(caller("new", 60, 1))).isInstanceOf(Decision.Shed.class);
        assertThat(small.enter(caller("new", 60, 1))).isInstanceOf(Decision.Admitted.class);
        assertThat(small.enter(caller("open", 60, 1))).isInstanceOf(Decision.Shed.class);
        open.release();
    }

    @Test
    void many_threads_never_hold_more_permits_than_allowed() throws Exception {
        Caller caller = caller("a", 1_000_000, 5);
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Future<?>> workers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int worker = 0; worker < 8; worker++) {
                workers.add(threads.submit(() -> {
                    for (int i = 0; i < 20_000; i++) {
                        if (gate.enter(caller) instanceof Decision.Admitted admitted) {
                            most.accumulateAndGet(open.incrementAndGet(), Math::max);
                            open.decrementAndGet();
                            admitted.permit().release();
                        }
                    }
                }));
            }
        }
        for (Future<?> worker : workers) {
            worker.get();
        }

        assertThat(most.get()).isBetween(1, 5);
        for (int i = 0; i < 5; i++) {
            assertThat(gate.enter(caller)).isInstanceOf(Decision.Admitted.class);
        }
    }

    @Test
    void a_clock_that_steps_back_takes_nothing_away_and_gives_nothing() {
        TokenBucket bucket = new TokenBucket(60, 10_000_000_000L);
        assertThat(bucket.tryTake(10_000_000_000L)).isTrue();
        assertThat(bucket.remaining(0)).isEqualTo(59);
        assertThat(bucket.remaining(10_000_000_000L)).isEqualTo(59);
        assertThat(bucket.remaining(11_000_000_000L)).isEqualTo(60);
    }

    @Test
    void a_limit_of_nothing_is_refused_by_name() {
        assertThatThrownBy(() -> Limits.of(0, 1)).hasMessageContaining("requestsPerMinute");
        assertThatThrownBy(() -> Limits.of(1, 0)).hasMessageContaining("maxConcurrent");
    }

    private static double count(SimpleMeterRegistry metrics, String outcome, String limit) {
        return metrics.get("autoglm.admission.requests")
                .tags("outcome", outcome, "limit", limit)
                .counter()
                .count();
    }

    private Gate gate(int maxAccounts) {
        return new Gate(maxAccounts, now::get, new AdmissionMetrics(new SimpleMeterRegistry()), 1);
    }

    private static Caller caller(String account, int perMinute, int maxConcurrent) {
        return new Caller(
                "t",
                "s",
                account,
                Set.of("user"),
                Limits.of(perMinute, maxConcurrent),
                Set.of("*"),
                PriorityClass.INTERACTIVE,
                TenantPolicy.OPEN);
    }
}
