package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PreparationTest {

    private final Preparation preparation = new Preparation(2, 3);
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore gate = new Semaphore(0);
    private final AtomicInteger working = new AtomicInteger();

    @AfterEach
    void close() {
        gate.release(100);
        preparation.close();
        requests.close();
    }

    private Future<Boolean> work() {
        return requests.submit(() -> preparation.run(() -> {
            working.incrementAndGet();
            gate.acquire();
            working.decrementAndGet();
            return Thread.currentThread().isVirtual();
        }));
    }

    @Test
    void work_is_done_on_platform_threads_and_no_more_of_it_at_once_than_there_are() throws Exception {
        List<Future<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(work());
        }
        await().until(() -> working.get() == 2);
        gate.release(100);

        for (Future<Boolean> each : all) {
            assertThat(each.get()).isFalse();
        }
    }

    @Test
    void what_finds_the_line_full_is_told_to_come_later() throws Exception {
        List<Future<Boolean>> first = List.of(work(), work());
        await().until(() -> working.get() == 2);
        AtomicInteger refused = new AtomicInteger();
        List<Future<Boolean>> more = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            more.add(requests.submit(() -> {
                try {
                    return preparation.run(() -> true);
                } catch (RefusedException e) {
                    refused.addAndGet(e.refusal() instanceof Refusal.Busy ? 1 : 100);
                    return false;
                }
            }));
        }

        await().until(() -> refused.get() == 2);
        gate.release(100);
        for (Future<Boolean> each : first) {
            assertThat(each.get()).as("on a virtual thread").isFalse();
        }
        int done = 0;
        for (Future<Boolean> each : more) {
            done += each.get() ? 1 : 0;
        }
        assertThat(done).isEqualTo(3);
        assertThat(refused).hasValue(2);
    }

    @Test
    void who_waits_for_what_has_not_begun_waits_no_longer_when_it_closes() {
        List<Future<Boolean>> begun = List.of(work(), work());
        await().until(() -> working.get() == 2);
        List<FutureTask<Boolean>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            FutureTask<Boolean> task = new FutureTask<>(() -> preparation.run(() -> true));
            Thread thread = Thread.ofVirtual().start(task);
            await().until(() -> thread.getState() == Thread.State.WAITING);
            waiting.add(task);
        }

        preparation.close();

        for (Future<Boolean> each : waiting) {
            assertThatThrownBy(each::get).hasCauseInstanceOf(CancellationException.class);
        }
        for (Future<Boolean> each : begun) {
            assertThatThrownBy(each::get).hasCauseInstanceOf(InterruptedException.class);
        }
        assertThat(working).hasValue(2);
    }

    @Test
    void a_failure_comes_out_as_it_is() {
        RefusedException refused = RefusedException.invalid("n", "no");
        StackOverflowError error = new StackOverflowError();

        assertThatThrownBy(() -> preparation.run(() -> {
                    throw refused;
                }))
                .isSameAs(refused);
        assertThatThrownBy(() -> preparation.run(() -> {
                    throw error;
                }))
                .isSameAs(error);
    }
}
