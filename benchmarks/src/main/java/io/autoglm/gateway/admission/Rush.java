package io.autoglm.gateway.admission;

import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.quota.Tokens;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Clients on the event loops of one gateway, each of which asks again as soon as it was answered: for three
/// seconds that do not count, and five that do.
final class Rush {
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long MEASURED_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int MOST = 4_000_000;

    private final Admission admission;
    private final Vertx vertx;
    private final Caller caller;
    private final String run = UUID.randomUUID() + "-";
    private final AtomicInteger numbers = new AtomicInteger();
    private final long[] nanos = new long[MOST];
    private final AtomicInteger measured = new AtomicInteger();
    private final AtomicInteger local = new AtomicInteger();
    private long begin;

    /// @param p50Micros  half were answered within
    /// @param p99Micros  99 in 100 were answered within
    /// @param eachSecond so many were answered
    /// @param local      of all that were measured, those that this gateway alone has counted
    record Result(double p50Micros, double p99Micros, double eachSecond, int local) {}

    Rush(Admission admission, Vertx vertx, Caller caller) {
        this.admission = admission;
        this.vertx = vertx;
        this.caller = caller;
    }

    Result of(int clients) throws InterruptedException {
        begin = System.nanoTime() + WARM_UP_NANOS;
        CountDownLatch ended = new CountDownLatch(clients);
        for (int i = 0; i < clients; i++) {
            Context context = vertx.getOrCreateContext();
            context.runOnContext(now -> ask(context, ended));
        }
        ended.await();
        long[] all = Arrays.copyOf(nanos, Math.min(measured.get(), MOST));
        Arrays.sort(all);
        return new Result(
                all[all.length / 2] / 1e3,
                all[(int) (all.length * 99L / 100)] / 1e3,
                all.length * 1e9 / MEASURED_NANOS,
                local.get());
    }

    private void ask(Context context, CountDownLatch ended) {
        long asked = System.nanoTime();
        if (asked - begin >= MEASURED_NANOS) {
            ended.countDown();
            return;
        }
        String id = run + numbers.getAndIncrement();
        admission
                .admit(admission.claim(caller, id, AdmissionBench.MODEL, AdmissionBench.COST), AdmissionBench.MODEL)
                .onSuccess(outcome -> {
                    note(asked, outcome);
                    if (outcome instanceof Outcome.Admitted in) {
                        in.reservation().settle(new Tokens(480, 150));
                    }
                    // Not at once: an answer that is there already would call this again within itself.
                    context.runOnContext(next -> ask(context, ended));
                });
    }

    private void note(long asked, Outcome outcome) {
        long answered = System.nanoTime();
        if (asked - begin < 0 || answered - begin >= MEASURED_NANOS) {
            return;
        }
        int at = measured.getAndIncrement();
        if (at < MOST) {
            nanos[at] = answered - asked;
        }
        if (outcome.local()) {
            local.incrementAndGet();
        }
    }
}
