package io.autoglm.gateway.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FairQueueTest {
    private record Asked(String tenant, long tokens) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void while_two_tenants_wait_they_get_the_same_but_for_their_largest_requests(long seed) {
        Random random = new Random(seed);
        List<String> tenants = List.of("a", "b", "c", "d");
        Map<String, Integer> largest = new HashMap<>();
        tenants.forEach(tenant -> largest.put(tenant, 1 + random.nextInt(5_000)));
        FairQueue<Asked> queue = new FairQueue<>();
        Map<String, Integer> waiting = new HashMap<>();
        // What each got since both of a pair wait, by pair.
        Map<String, long[]> since = new HashMap<>();

        for (int i = 0; i < 30_000; i++) {
            String arriving = tenants.get(random.nextInt(tenants.size()));
            if (waiting.getOrDefault(arriving, 0) < 1 + random.nextInt(40)) {
                long tokens = 1L + random.nextInt(Objects.requireNonNull(largest.get(arriving)));
                queue.add(arriving, tokens, new Asked(arriving, tokens));
                waiting.merge(arriving, 1, Integer::sum);
            }
            if (random.nextInt(10) < 6) {
                Asked served = queue.next();
                if (served != null) {
                    for (String one : tenants) {
                        for (String other : tenants) {
                            serve(since, waiting, one, other, served, largest, seed);
                        }
                    }
                    waiting.merge(served.tenant(), -1, Integer::sum);
                }
            }
        }
    }

    private static void serve(
            Map<String, long[]> since,
            Map<String, Integer> waiting,
            String one,
            String other,
            Asked served,
            Map<String, Integer> largest,
            long seed) {
        if (one.compareTo(other) >= 0) {
            return;
        }
        long[] got = since.computeIfAbsent(one + other, pair -> new long[2]);
        if (waiting.getOrDefault(one, 0) == 0 || waiting.getOrDefault(other, 0) == 0) {
            got[0] = 0;
            got[1] = 0;
            return;
        }
        got[0] += served.tenant().equals(one) ? served.tokens() : 0;
        got[1] += served.tenant().equals(other) ? served.tokens() : 0;
        long bound = (long) Objects.requireNonNull(largest.get(one)) + Objects.requireNonNull(largest.get(other));
        assertThat(Math.abs(got[0] - got[1]))
                .as("%s and %s, seed %d", one, other, seed)
                .isLessThanOrEqualTo(bound);
    }

    @Test
    void a_tenant_that_floods_the_queue_is_not_before_one_that_asks_once() {
        FairQueue<String> queue = new FairQueue<>();
        for (int i = 0; i < 100; i++) {
            queue.add("flood", 100, "flood " + i);
        }
        queue.next();
        queue.add("quiet", 100, "quiet");

        assertThat(List.of(String.valueOf(queue.next()), String.valueOf(queue.next())))
                .contains("quiet");
    }

    @Test
    void requests_of_one_tenant_leave_in_the_order_in_which_they_came() {
        FairQueue<Integer> queue = new FairQueue<>();
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            queue.add("a", random.nextInt(1_000), i);
        }

        List<Integer> left = new ArrayList<>();
        while (queue.size() > 0) {
            left.add(queue.next());
        }
        assertThat(left).isSorted().hasSize(200);
    }

    @Test
    void one_that_was_taken_out_never_leaves_and_is_taken_out_once() {
        FairQueue<String> queue = new FairQueue<>();
        FairQueue.Waiting<String> gone = queue.add("a", 1, "gone");
        queue.add("a", 1, "stays");

        assertThat(queue.remove(gone)).isTrue();
        assertThat(queue.remove(gone)).isFalse();
        assertThat(queue.next()).isEqualTo("stays");
        assertThat(queue.next()).isNull();
    }
}
