package io.autoglm.scheduler.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.protocol.placement.Lease;
import io.autoglm.protocol.placement.Lease.Target;
import io.autoglm.scheduler.ManualClock;
import io.autoglm.scheduler.lease.LeaseBook.Answer;
import io.autoglm.scheduler.lease.LeaseBook.Return;
import io.autoglm.scheduler.placement.Placement;
import io.autoglm.scheduler.placement.Placement.NoCapacity;
import io.autoglm.scheduler.placement.Placement.Placed;
import io.autoglm.scheduler.placement.Placement.UnknownModel;
import io.autoglm.scheduler.time.SleeplessClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class LeaseBookTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ManualClock clock = new ManualClock();
    private final LeaseBook book = new LeaseBook(clock, 1000);

    @Test
    void a_lease_counts_until_it_is_given_back_and_only_once() {
        Lease lease = granted("a");
        assertThat(book.inFlight("a")).isEqualTo(1);

        assertThat(book.giveBack(lease.id())).isEqualTo(new Return.Ended(lease, "m"));
        assertThat(book.giveBack(lease.id())).isEqualTo(new Return.Again());

        assertThat(book.inFlight("a")).isZero();
    }

    @Test
    void leases_are_counted_for_each_model_too() {
        Lease chat = granted("a");
        Answer.Granted other = (Answer.Granted) book.lease("other", MINUTE, on("a"));

        assertThat(book.inFlight("a")).isEqualTo(2);
        assertThat(book.inFlight("a", "m")).isEqualTo(1);
        assertThat(book.inFlight("a", "other")).isEqualTo(1);

        book.giveBack(chat.id());
        book.giveBack(chat.id());
        assertThat(book.inFlight("a", "m")).isZero();
        assertThat(book.inFlight("a", "other")).isEqualTo(1);
        book.giveBack(other.lease().id());
        assertThat(book.inFlight("a", "other")).isZero();
    }

    @Test
    void a_lease_that_was_never_given_cannot_be_given_back() {
        assertThat(book.giveBack("made-up")).isEqualTo(new Return.NeverGiven());
    }

    @Test
    void a_lease_ends_by_itself_at_its_deadline() {
        Lease lease = granted("a");
        assertThat(lease.deadline()).isEqualTo(clock.instant().plus(MINUTE));

        clock.passes(MINUTE.minusMillis(1));
        assertThat(book.expire()).isZero();
        clock.passes(Duration.ofMillis(1));
        assertThat(book.expire()).isEqualTo(1);

        assertThat(book.inFlight("a")).isZero();
        assertThat(book.giveBack(lease.id())).isEqualTo(new Return.Again());
    }

    @Test
    void leases_that_were_out_when_the_machine_went_to_sleep_have_ended_when_it_wakes() {
        ManualClock steady = new ManualClock();
        ManualClock wall = new ManualClock();
        LeaseBook sleeper = new LeaseBook(new SleeplessClock(steady, wall), 1000);
        sleeper.lease("m", Duration.ofHours(1), on("a"));

        wall.passes(Duration.ofHours(8));

        assertThat(sleeper.expire()).isEqualTo(1);
        assertThat(sleeper.inFlight("a")).isZero();
    }

    @Test
    void leases_on_a_lost_instance_end_and_others_stay() {
        granted("a");
        granted("a");
        granted("b");

        assertThat(book.lost("a")).isEqualTo(2);

        assertThat(book.inFlight("a")).isZero();
        assertThat(book.inFlight("b")).isEqualTo(1);
    }

    @Test
    void a_refusal_is_passed_on_and_counts_nothing() {
        NoCapacity none = new NoCapacity("full", 1);

        assertThat(book.lease("m", MINUTE, inFlight -> none)).isEqualTo(new Answer.Refused(none));
        assertThat(book.lease("m", MINUTE, inFlight -> new Placement.Settling(1)))
                .isEqualTo(new Answer.Settling(1));
        assertThat(book.lease("m", MINUTE, inFlight -> new UnknownModel("m"))).isEqualTo(new Answer.Unknown("m"));

        assertThat(book.size()).isZero();
    }

    @Test
    void more_leases_than_allowed_are_refused() {
        for (int i = 0; i < 1000; i++) {
            granted("a");
        }

        assertThat(book.lease("m", MINUTE, on("a"))).isInstanceOf(Answer.Refused.class);
        assertThat(book.inFlight("a")).isEqualTo(1000);
    }

    @Test
    void over_ten_thousand_leases_the_count_is_that_of_a_plain_model_and_each_ends_once() {
        Random random = new Random(7);
        Map<String, String> model = new HashMap<>();
        List<String> everGiven = new ArrayList<>();
        int ended = 0;
        int given = 0;
        while (given < 10_000) {
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3, 4, 5 -> {
                    String instance = "i" + random.nextInt(5);
                    if (book.lease("m", Duration.ofSeconds(1 + random.nextInt(120)), on(instance))
                            instanceof Answer.Granted(Lease lease)) {
                        model.put(lease.id(), instance);
                        everGiven.add(lease.id());
                        given++;
                    } else {
                        assertThat(model).hasSize(1000);
                    }
                }
                case 6, 7, 8 -> {
                    if (!everGiven.isEmpty()) {
                        String id = everGiven.get(random.nextInt(everGiven.size()));
                        boolean out = model.remove(id) != null;
                        assertThat(book.giveBack(id) instanceof Return.Ended).isEqualTo(out);
                        ended += out ? 1 : 0;
                    }
                }
                default -> {
                    clock.passes(Duration.ofMillis(random.nextInt(2000)));
                    ended += book.expire();
                    model.keySet().removeIf(id -> book.find(id).isEmpty());
                }
            }
            for (int i = 0; i < 5; i++) {
                String instance = "i" + i;
                long expected = model.values().stream().filter(instance::equals).count();
                assertThat(book.inFlight(instance)).isEqualTo((int) expected);
            }
        }
        clock.passes(Duration.ofHours(1));
        ended += book.expire();

        assertThat(ended).isEqualTo(given);
        assertThat(book.size()).isZero();
        assertThat(book.inFlight("i0")).isZero();
    }

    @Test
    void two_threads_never_find_the_same_instance_idle() throws Exception {
        int threads = 8;
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            tasks.add(() -> {
                int largest = 0;
                for (int round = 0; round < 1000; round++) {
                    Answer.Granted lease = (Answer.Granted) book.lease("m", MINUTE, LeaseBookTest::leastLoaded);
                    largest = Math.max(
                            largest, book.inFlight(lease.lease().instance().id()));
                    book.giveBack(lease.lease().id());
                }
                return largest;
            });
        }
        try (var pool = Executors.newFixedThreadPool(threads)) {
            for (Future<Integer> largest : pool.invokeAll(tasks)) {
                assertThat(largest.get()).isLessThanOrEqualTo(1);
            }
        }

        assertThat(book.size()).isZero();
    }

    private static Placement leastLoaded(LeaseBook.InFlight inFlight) {
        for (int i = 0; i < 8; i++) {
            if (inFlight.on("i" + i) == 0) {
                return new Placed(new Target("i" + i, "http://i"), List.of());
            }
        }
        throw new AssertionError("eight threads hold eight leases at most");
    }

    private Lease granted(String instance) {
        return ((Answer.Granted) book.lease("m", MINUTE, on(instance))).lease();
    }

    private static java.util.function.Function<LeaseBook.InFlight, Placement> on(String instance) {
        return inFlight -> new Placed(new Target(instance, "http://" + instance), List.of());
    }
}
