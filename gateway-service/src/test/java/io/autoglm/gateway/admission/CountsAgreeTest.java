package io.autoglm.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.gateway.counting.LocalCounts;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.quota.Bill;
import io.autoglm.gateway.quota.Ceiling;
import io.autoglm.gateway.quota.Claim;
import io.autoglm.gateway.quota.Expenses;
import io.autoglm.gateway.quota.Limit;
import io.autoglm.gateway.quota.Scope;
import io.autoglm.gateway.quota.Tokens;
import io.autoglm.gateway.quota.Verdict;
import io.autoglm.redis.Links;
import io.autoglm.redis.RedisProcess;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What Redis counts, at times that the test gives, beside what a gateway counts by itself.
class CountsAgreeTest {
    private static final long DAY = TimeUnit.DAYS.toMicros(1);
    private static final long MINUTE = TimeUnit.MINUTES.toMicros(1);
    private static final Vertx VERTX = Vertx.vertx();

    @SuppressWarnings("NullAway.Init")
    private static RedisProcess redis;

    @SuppressWarnings("NullAway.Init")
    private static SharedCounts shared;

    private static final AtomicLong NOW = new AtomicLong();

    private final LocalCounts local = new LocalCounts(10, NOW::get);
    private final String tenant = "tenant-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws IOException {
        redis = new RedisProcess("--save", "").start();
        shared = new SharedCounts(
                Links.to(redis.url(), Duration.ofSeconds(5), VERTX, new SimpleMeterRegistry()),
                Duration.ofDays(400),
                () -> Long.toString(NOW.get()));
    }

    @AfterAll
    static void stop() throws IOException {
        redis.close();
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void both_say_the_same_to_the_same_requests_at_the_same_times(long seed) {
        Random random = new Random(seed);
        NOW.set(1_790_000_000_000_000L + random.nextLong(DAY));
        List<Scope> scopes = List.of(
                new Scope("key", "account:a", limits(random)),
                new Scope("tenant", "tenant", limits(random)),
                new Scope("model", "model:m", limits(random)));
        Ceiling ceiling =
                new Ceiling(maybe(random, 20_000), maybe(random, 30_000), maybe(random, 60_000), maybe(random, 90_000));
        List<Claim> open = new ArrayList<>();

        for (int i = 0; i < 700; i++) {
            NOW.addAndGet(pause(random));
            if (!open.isEmpty() && random.nextInt(3) == 0) {
                Claim claim = open.remove(random.nextInt(open.size()));
                Tokens real = tokens(random);
                Bill bill = new Bill(real, real.total() * 3 / 2);
                local.settle(claim, real, bill);
                settle(claim, bill);
            } else {
                Claim claim = new Claim("r" + i, tenant, scopes, tokens(random), ceiling);
                Verdict here = local.admit(claim);
                Verdict there = admit(claim);
                assertThat(there).as("seed %d, request %d", seed, i).isEqualTo(here);
                if (there instanceof Verdict.Admitted) {
                    open.add(claim);
                }
            }
        }
    }

    @Test
    void settling_twice_is_settling_once() {
        NOW.set(1_790_000_000_000_000L);
        Claim claim = claim("r", new Limits(null, null, 1_000, null, 1), new Tokens(900, 0), Ceiling.NONE);
        admit(claim);
        Bill bill = new Bill(new Tokens(400, 30), 77);

        Expenses once = settle(claim, bill);
        Expenses twice = settle(claim, bill);

        assertThat(once.dayTokens()).isEqualTo(430);
        assertThat(once.dayMoney()).isEqualTo(77);
        assertThat(twice).isEqualTo(once);
        Verdict next = admit(claim("s", new Limits(null, null, 1_000, null, 1), Tokens.NONE, Ceiling.NONE));
        assertThat(next.allowances().getFirst().remaining()).isEqualTo(600);
        Verdict none = admit(claim("t", new Limits(null, null, 1_000, null, 1), Tokens.NONE, Ceiling.NONE));
        assertThat(((Verdict.Refused) none).limit()).isEqualTo(Limit.CONCURRENCY);
    }

    @Test
    void what_an_answer_cost_more_than_was_thought_is_paid_back_before_the_next_is_let_in() {
        NOW.set(1_790_000_000_000_000L);
        Limits limits = new Limits(null, null, null, 600, null);
        Claim first = claim("r", limits, new Tokens(0, 100), Ceiling.NONE);
        admit(first);
        settle(first, new Bill(new Tokens(0, 1_800), 0));
        Claim next = claim("s", limits, new Tokens(0, 60), Ceiling.NONE);

        Verdict.Refused refused = (Verdict.Refused) admit(next);

        // 1,200 owed beyond the limit and 60 wanted, at 10 a second.
        assertThat(refused.limit()).isEqualTo(Limit.OUTPUT_TOKENS_PER_MINUTE);
        assertThat(refused.retryAfterMillis()).isEqualTo(126_000);
        NOW.addAndGet(TimeUnit.MILLISECONDS.toMicros(refused.retryAfterMillis() - 1));
        assertThat(admit(next)).isInstanceOf(Verdict.Refused.class);
        NOW.addAndGet(1_000);
        assertThat(admit(next)).isInstanceOf(Verdict.Admitted.class);
    }

    @Test
    void a_request_larger_than_a_minute_waits_for_all_of_it_and_leaves_a_debt() {
        NOW.set(1_790_000_000_000_000L);
        Limits limits = new Limits(null, null, 600, null, null);

        assertThat(admit(claim("large", limits, new Tokens(6_000, 0), Ceiling.NONE)))
                .isInstanceOf(Verdict.Admitted.class);
        Verdict.Refused refused = (Verdict.Refused) admit(claim("next", limits, new Tokens(1, 0), Ceiling.NONE));

        assertThat(refused.retryAfterMillis()).isEqualTo(540_100);
    }

    @Test
    void a_budget_of_the_day_is_new_at_midnight_and_one_of_the_month_on_its_first_day() {
        long lastOfMonth = LocalDate.of(2028, 2, 29).toEpochDay() * DAY;
        NOW.set(lastOfMonth - DAY + 23 * 60 * MINUTE);
        Ceiling daily = new Ceiling(100L, null, null, null);
        Ceiling monthly = new Ceiling(null, null, null, 1_000L);
        Claim spender = claim("spends", Limits.NONE, Tokens.NONE, Ceiling.NONE);
        settle(spender, new Bill(new Tokens(60, 40), 1_000));

        Verdict.Refused today = (Verdict.Refused) admit(claim("a", Limits.NONE, Tokens.NONE, daily));
        Verdict.Refused thisMonth = (Verdict.Refused) admit(claim("b", Limits.NONE, Tokens.NONE, monthly));

        assertThat(today.limit()).isEqualTo(Limit.TOKENS_PER_DAY);
        assertThat(today.retryAfterMillis()).isEqualTo(Duration.ofHours(1).toMillis());
        assertThat(thisMonth.limit()).isEqualTo(Limit.MONEY_PER_MONTH);
        assertThat(thisMonth.retryAfterMillis()).isEqualTo(Duration.ofHours(25).toMillis());
        NOW.set(lastOfMonth);
        assertThat(admit(claim("c", Limits.NONE, Tokens.NONE, daily))).isInstanceOf(Verdict.Admitted.class);
        assertThat(admit(claim("d", Limits.NONE, Tokens.NONE, monthly))).isInstanceOf(Verdict.Refused.class);
        NOW.set(lastOfMonth + DAY);
        assertThat(admit(claim("e", Limits.NONE, Tokens.NONE, monthly))).isInstanceOf(Verdict.Admitted.class);
    }

    @Test
    void days_and_months_are_those_of_the_calendar() {
        for (LocalDate day = LocalDate.of(2024, 1, 1); day.isBefore(LocalDate.of(2032, 3, 2)); day = day.plusDays(13)) {
            NOW.set(day.toEpochDay() * DAY + DAY - 1);
            Expenses spent = settle(claim("on " + day, Limits.NONE, Tokens.NONE, Ceiling.NONE), Bill.NOTHING);
            assertThat(spent.day()).isEqualTo(day.toEpochDay());
            assertThat(spent.month()).as(day.toString()).isEqualTo(Expenses.monthOf(day.toEpochDay()));
        }
    }

    private Claim claim(String id, Limits limits, Tokens cost, Ceiling ceiling) {
        return new Claim(id, tenant, List.of(new Scope("key", "account:a", limits)), cost, ceiling);
    }

    private static Verdict admit(Claim claim) {
        return shared.admit(claim).await().atMost(Duration.ofSeconds(5));
    }

    private static Expenses settle(Claim claim, Bill bill) {
        return shared.settle(claim, bill).await().atMost(Duration.ofSeconds(5));
    }

    private static Limits limits(Random random) {
        return new Limits(
                small(random, 12), small(random, 120), small(random, 20_000), small(random, 9_000), small(random, 15));
    }

    private static @Nullable Integer small(Random random, int most) {
        return random.nextInt(4) == 0 ? null : 1 + random.nextInt(most);
    }

    private static @Nullable Long maybe(Random random, long most) {
        return random.nextBoolean() ? null : 1 + random.nextLong(most);
    }

    private static Tokens tokens(Random random) {
        return new Tokens(random.nextInt(600), random.nextInt(10) == 0 ? random.nextInt(12_000) : random.nextInt(300));
    }

    private static long pause(Random random) {
        return switch (random.nextInt(60)) {
            case 0 -> random.nextLong(3 * MINUTE);
            case 1 -> -random.nextLong(MINUTE / 60);
            case 2 -> random.nextInt(20) == 0 ? random.nextLong(2 * DAY) : 0;
            case 3, 4, 5 -> random.nextLong(MINUTE / 20);
            default -> random.nextLong(MINUTE / 600);
        };
    }
}
