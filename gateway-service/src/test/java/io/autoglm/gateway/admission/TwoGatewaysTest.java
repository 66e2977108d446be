package io.autoglm.gateway.admission;

import static io.autoglm.gateway.admission.TestGateway.caller;
import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.policy.Budget;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.policy.TenantPolicy;
import io.autoglm.gateway.quota.Limit;
import io.autoglm.gateway.quota.RateHeaders;
import io.autoglm.gateway.quota.Tokens;
import io.autoglm.redis.RedisProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two gateways that share a Redis, and 200 clients between them that never wait.
class TwoGatewaysTest {
    private static final Tokens NOTHING = Tokens.NONE;

    @SuppressWarnings("NullAway.Init")
    private static RedisProcess redis;

    @SuppressWarnings("NullAway.Init")
    private static TestGateway first;

    @SuppressWarnings("NullAway.Init")
    private static TestGateway second;

    @BeforeAll
    static void start() throws IOException {
        redis = new RedisProcess("--save", "").start();
        first = new TestGateway(redis.url(), Settings.PATIENT);
        second = new TestGateway(redis.url(), Settings.PATIENT);
        first.ready(2);
        second.ready(2);
    }

    @AfterAll
    static void stop() throws IOException {
        first.close();
        second.close();
        redis.close();
    }

    @BeforeEach
    void forget() throws IOException {
        redis.command("FLUSHALL");
        first.ready(2);
        second.ready(2);
    }

    @Test
    void requests_of_a_minute_are_let_in_to_the_last_one_and_no_more() throws Exception {
        Caller caller = caller("key:minute", new Limits(null, 1_000, null, null, null));

        assertThat(rush(caller, 3_000)).isEqualTo(1_000);
    }

    @Test
    void requests_of_a_second_never_exceed_the_limit_and_reach_98_percent_of_it() throws Exception {
        int perSecond = 100;
        Caller caller = caller("key:second", new Limits(perSecond, null, null, null, null));
        List<Long> admitted = new ArrayList<>();
        long begun = System.nanoTime();
        long seconds = 5;

        Crowd.run(client -> {
            while (System.nanoTime() - begun < seconds * 1_000_000_000) {
                Outcome outcome = gateway(client).ask(caller, NOTHING);
                if (outcome instanceof Outcome.Admitted in) {
                    synchronized (admitted) {
                        admitted.add(System.nanoTime());
                    }
                    in.reservation().settle(NOTHING);
                } else if (outcome instanceof Outcome.Refused refused) {
                    // As it was told, less a little: nobody is to gain by it.
                    Thread.sleep(Math.max(1, refused.why().retryAfterMillis() - 2));
                }
            }
        });

        // The windows of Redis lie elsewhere than any drawn here, so all of them are counted together.
        assertThat(admitted.size()).isBetween((int) (0.98 * perSecond * seconds), (int) (perSecond * (seconds + 1)));
        long span = admitted.getLast() - admitted.getFirst();
        assertThat(admitted.size()).isLessThanOrEqualTo((int) (perSecond * (span / 1e9 + 1.01)));
    }

    @Test
    void tokens_of_a_minute_are_let_in_to_the_last_one_and_no_more() throws Exception {
        Caller prompts = caller("key:input", new Limits(null, null, 6_000, null, null));
        Caller answers = caller("key:output", new Limits(null, null, null, 6_000, null));

        assertRefilled(prompts, new Tokens(10, 0), 600);
        assertRefilled(answers, new Tokens(0, 10), 600);
    }

    /// A bucket refills while it is emptied, so the limit is what time has made of it.
    private static void assertRefilled(Caller caller, Tokens cost, int most) throws Exception {
        long begun = System.nanoTime();
        int admitted = rush(caller, cost, 2_000);
        double refilled = most * (1 + (System.nanoTime() - begun) / 60e9);
        assertThat(admitted).isBetween((int) (0.98 * most), (int) Math.ceil(refilled));
    }

    @Test
    void requests_at_once_are_as_many_as_may_be_and_never_more() throws Exception {
        Caller caller = caller("key:open", new Limits(null, null, null, null, 50));
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        long begun = System.nanoTime();

        Crowd.run(client -> {
            while (System.nanoTime() - begun < 2_000_000_000L) {
                if (gateway(client).ask(caller, NOTHING) instanceof Outcome.Admitted in) {
                    most.accumulateAndGet(open.incrementAndGet(), Math::max);
                    Thread.sleep(20);
                    open.decrementAndGet();
                    in.reservation().settle(NOTHING);
                }
            }
        });

        assertThat(most.get()).isBetween(49, 50);
    }

    @Test
    void a_tenant_and_its_model_are_limited_over_all_of_its_keys() throws Exception {
        Limits hundred = new Limits(null, 100, null, null, null);
        TenantPolicy byTenant = policy(hundred, Map.of(), Budget.NONE);
        TenantPolicy byModel = policy(Limits.NONE, Map.of(TestGateway.MODEL, hundred), Budget.NONE);

        for (TenantPolicy policy : List.of(byTenant, byModel)) {
            redis.command("FLUSHALL");
            AtomicInteger admitted = new AtomicInteger();
            Crowd.run(client -> {
                Caller caller = caller("key:" + client, new Limits(null, 50, null, null, 10), policy);
                if (gateway(client).ask(caller, NOTHING) instanceof Outcome.Admitted) {
                    admitted.incrementAndGet();
                }
            });
            assertThat(admitted.get()).isEqualTo(100);
        }
    }

    @Test
    void a_request_that_one_limit_refuses_has_cost_nothing_of_the_others() {
        Limits wide = new Limits(null, 10, 1_000, null, null);
        Caller refused = caller("key:a", wide, policy(new Limits(null, null, 5, null, null), Map.of(), Budget.NONE));
        first.let(refused, new Tokens(5, 0));
        for (int i = 0; i < 20; i++) {
            assertThat(second.ask(refused, new Tokens(5, 0))).isInstanceOf(Outcome.Refused.class);
        }

        RateHeaders rates = first.ask(caller("key:a", wide), NOTHING).rates();

        assertThat(rates.allowances().getFirst().limit()).isEqualTo(Limit.REQUESTS_PER_MINUTE);
        assertThat(rates.allowances().getFirst().remaining()).isEqualTo(8);
        assertThat(rates.allowances().get(1).remaining()).isBetween(995L, 996L);
    }

    @Test
    void a_budget_is_used_up_and_exceeded_by_what_was_open_at_most() throws Exception {
        long tokens = 10_000;
        Tokens cost = new Tokens(4, 1);
        int clients = 200;
        Caller caller =
                caller("key:budget", Limits.NONE, policy(Limits.NONE, Map.of(), new Budget(tokens, null, null, null)));

        int admitted = rush(caller, cost, 5_000);

        // Of each client one request is open, and another is being settled.
        assertThat(admitted * cost.total()).isBetween(tokens, tokens + 2L * clients * cost.total());
        assertThat(first.ask(caller, cost)).isInstanceOf(Outcome.Refused.class);
        assertThat(second.ask(caller, cost)).isInstanceOf(Outcome.Refused.class);
    }

    private static TenantPolicy policy(Limits tenant, Map<String, Limits> models, Budget budget) {
        return new TenantPolicy(tenant, models, budget, Optional.empty(), PriorityClass.INTERACTIVE, false);
    }

    /// @return how many of so many requests were let in
    private static int rush(Caller caller, int requests) throws Exception {
        return rush(caller, NOTHING, requests);
    }

    private static int rush(Caller caller, Tokens cost, int requests) throws Exception {
        AtomicInteger left = new AtomicInteger(requests);
        AtomicInteger admitted = new AtomicInteger();
        Crowd.run(client -> {
            while (left.getAndDecrement() > 0) {
                if (gateway(client).ask(caller, cost) instanceof Outcome.Admitted in) {
                    admitted.incrementAndGet();
                    in.reservation().settle(cost);
                }
            }
        });
        return admitted.get();
    }

    private static TestGateway gateway(int client) {
        return client % 2 == 0 ? first : second;
    }
}
