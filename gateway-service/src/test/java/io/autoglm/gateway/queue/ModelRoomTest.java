package io.autoglm.gateway.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.queue.ConcurrencyLimit.Measure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ModelRoomTest {
    private static final Map<PriorityClass, Bounds> BOUNDS = Map.of(
            PriorityClass.INTERACTIVE, new Bounds(3, Duration.ofSeconds(30), Duration.ofSeconds(5)),
            PriorityClass.DEFAULT, new Bounds(4, Duration.ofSeconds(60), Duration.ofSeconds(30)),
            PriorityClass.BULK, new Bounds(5, Duration.ofSeconds(300), Duration.ofSeconds(120)));

    private static final List<PriorityClass> CLASSES = List.of(PriorityClass.values());

    private final AtomicLong now = new AtomicLong(1);
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final List<String> told = new ArrayList<>();
    private final List<Slot> slots = new ArrayList<>();

    /// A limit that a test sets.
    private static final class Fixed implements ConcurrencyLimit {
        private volatile int limit;

        Fixed(int limit) {
            this.limit = limit;
        }

        @Override
        public int limit() {
            return limit;
        }

        @Override
        public void measured(Measure measure, Duration length, int running) {
            // It stays as it is.
        }
    }

    @Test
    void the_most_urgent_class_goes_first() {
        ModelRoom room = room(1);
        enter(room, "running", PriorityClass.DEFAULT);
        enter(room, "bulk", PriorityClass.BULK);
        enter(room, "default", PriorityClass.DEFAULT);
        enter(room, "interactive", PriorityClass.INTERACTIVE);

        releaseAll();

        assertThat(told).containsExactly("running goes", "interactive goes", "default goes", "bulk goes");
    }

    @Test
    void a_class_that_waits_too_long_has_every_second_turn() {
        ModelRoom room = room(1);
        enter(room, "running", PriorityClass.DEFAULT);
        enter(room, "b1", PriorityClass.BULK);
        enter(room, "b2", PriorityClass.BULK);
        now.addAndGet(Duration.ofMinutes(2).toNanos());
        enter(room, "i1", PriorityClass.INTERACTIVE);
        enter(room, "i2", PriorityClass.INTERACTIVE);
        enter(room, "i3", PriorityClass.INTERACTIVE);

        releaseAll();

        assertThat(told).containsExactly("running goes", "b1 goes", "i1 goes", "b2 goes", "i2 goes", "i3 goes");
    }

    @Test
    void a_full_class_sheds_with_the_time_that_those_before_need_at_the_pace_of_late() {
        ModelRoom room = room(1);
        enter(room, "running", PriorityClass.DEFAULT);
        for (int i = 0; i < 12; i++) {
            enter(room, "i" + i, PriorityClass.INTERACTIVE);
            now.addAndGet(Duration.ofSeconds(4).toNanos());
            slots.removeFirst().release();
        }
        told.clear();
        for (int i = 0; i < 4; i++) {
            enter(room, "x" + i, PriorityClass.INTERACTIVE);
        }

        // Three wait, and one went every four seconds.
        assertThat(told).containsExactly("x3 shed FULL 12");
        assertThat(shed("interactive", "full")).isEqualTo(1);
    }

    @Test
    void an_hour_in_which_nobody_waited_tells_nothing_of_the_pace() {
        ModelRoom room = room(1);
        now.addAndGet(Duration.ofHours(1).toNanos());
        enter(room, "running", PriorityClass.DEFAULT);
        enter(room, "waits", PriorityClass.DEFAULT);
        now.addAndGet(Duration.ofSeconds(2).toNanos());
        slots.removeFirst().release();
        for (int i = 0; i < 4; i++) {
            enter(room, "i" + i, PriorityClass.INTERACTIVE);
        }

        assertThat(told).last().isEqualTo("i3 shed FULL 6");
    }

    @Test
    void whoever_leaves_makes_room_and_is_told_nothing() {
        ModelRoom room = room(1);
        enter(room, "running", PriorityClass.DEFAULT);
        enter(room, "a", PriorityClass.DEFAULT);
        enter(room, "b", PriorityClass.DEFAULT);
        Waiter first = room.waiting().stream()
                .min((x, y) -> Long.compare(x.arrivedNanos(), y.arrivedNanos()))
                .orElseThrow();

        room.leave(first, null);
        room.leave(first, Turn.Reason.TIMEOUT);

        assertThat(told).containsExactly("running goes");
        assertThat(room.waiting()).hasSize(1);
        assertThat(shed("default", "client_gone")).isEqualTo(1);
        assertThat(metrics.get("autoglm.queue.size")
                        .tag("priority", "default")
                        .gauge()
                        .value())
                .isEqualTo(1);
    }

    @Test
    void whoever_waits_when_the_gateway_goes_away_is_told_so_and_no_slot_is_lost() {
        ModelRoom room = room(1);
        enter(room, "running", PriorityClass.DEFAULT);
        enter(room, "a", PriorityClass.BULK);
        enter(room, "b", PriorityClass.DEFAULT);

        room.waiting().forEach(waiter -> room.leave(waiter, Turn.Reason.DRAIN));
        releaseAll();

        assertThat(told).containsExactlyInAnyOrder("running goes", "a shed DRAIN 1", "b shed DRAIN 1");
        assertThat(room.isEmpty()).isTrue();
    }

    @Test
    void a_slot_given_back_twice_is_given_back_once() {
        ModelRoom room = room(1);
        enter(room, "a", PriorityClass.DEFAULT);
        enter(room, "b", PriorityClass.DEFAULT);
        enter(room, "c", PriorityClass.DEFAULT);

        slots.getFirst().release();
        slots.getFirst().release();

        assertThat(told).containsExactly("a goes", "b goes");
    }

    @Test
    void a_limit_that_grew_is_used_when_the_next_one_comes() {
        Fixed limit = new Fixed(1);
        ModelRoom room = room(limit);
        enter(room, "a", PriorityClass.DEFAULT);
        enter(room, "b", PriorityClass.DEFAULT);
        limit.limit = 3;

        enter(room, "c", PriorityClass.DEFAULT);

        assertThat(told).containsExactly("a goes", "b goes", "c goes");
    }

    @Test
    void however_many_come_and_go_no_more_run_than_may_and_nobody_is_forgotten() throws Exception {
        Map<PriorityClass, Bounds> wide = Map.of(
                PriorityClass.INTERACTIVE, new Bounds(10_000, Duration.ofSeconds(30), Duration.ZERO),
                PriorityClass.DEFAULT, new Bounds(10_000, Duration.ofSeconds(60), Duration.ofSeconds(30)),
                PriorityClass.BULK, new Bounds(10_000, Duration.ofSeconds(300), Duration.ofSeconds(120)));
        ModelRoom room = new ModelRoom(new Fixed(7), wide, System::nanoTime, new QueueMetrics(metrics));
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        List<Future<?>> threads = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(8);
                ExecutorService work = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int thread = 0; thread < 8; thread++) {
                Random random = new Random(thread);
                threads.add(pool.submit(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        PriorityClass priority = CLASSES.get(random.nextInt(CLASSES.size()));
                        room.enter(new Waiter("t" + random.nextInt(5), priority, 10, System.nanoTime(), turn -> {
                            most.accumulateAndGet(running.incrementAndGet(), Math::max);
                            work.execute(() -> {
                                running.decrementAndGet();
                                served.incrementAndGet();
                                ((Turn.Go) turn).slot().release();
                            });
                        }));
                    }
                }));
            }
            for (Future<?> thread : threads) {
                thread.get();
            }
            org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> served.get() == 8_000);
        }

        assertThat(most.get()).isBetween(1, 7);
        assertThat(room.isEmpty()).isTrue();
    }

    private ModelRoom room(int limit) {
        return room(new Fixed(limit));
    }

    private ModelRoom room(ConcurrencyLimit limit) {
        return new ModelRoom(limit, BOUNDS, now::get, new QueueMetrics(metrics));
    }

    private void enter(ModelRoom room, String name, PriorityClass priority) {
        room.enter(new Waiter("tenant", priority, 10, now.getAndIncrement(), turn -> {
            switch (turn) {
                case Turn.Go(Slot slot) -> {
                    told.add(name + " goes");
                    slots.add(slot);
                }
                case Turn.Shed shed -> told.add(name + " shed " + shed.reason() + " " + shed.retryAfterSeconds());
            }
        }));
    }

    private void releaseAll() {
        while (!slots.isEmpty()) {
            slots.removeFirst().release();
        }
    }

    private double shed(String priority, String reason) {
        return metrics.get("autoglm.queue.shed")
                .tags("priority", priority, "reason", reason)
                .counter()
                .count();
    }
}
