package io.autoglm.inference.batching;

import io.autoglm.inference.engine.Decoder;
import io.autoglm.inference.engine.DecoderShape;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The one thread that runs the engine. Each turn of it:
///
/// 1. ends what was cancelled or has passed its deadline, which frees its slot;
/// 2. gives free slots to the most urgent of those that wait ({@link Seating}), and pauses what is less
///    urgent where none is free ({@link Slots#pauseFor});
/// 3. plans a step ({@link BatchPlan}) and runs it ({@link StepRunner});
/// 4. tries the engine where it is idle because it failed several times in a row ({@link EngineHealth}).
///
/// What fails stays where it failed: when the engine breaks, the running sequences end with it, and the KV
/// cache is forgotten. Whatever ends the thread also closes the line and ends all that run or wait, so that
/// nobody waits for a loop that is not there.
public final class BatchLoop implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(BatchLoop.class);

    /// How long an idle loop sleeps before it looks at deadlines again.
    private static final Duration IDLE = Duration.ofMillis(100);

    /// Of those that wait, how many are tried for a free slot in one turn.
    private static final int CANDIDATES = 32;

    private final Decoder decoder;
    private final DecoderShape shape;
    private final LongSupplier nanos;
    private final WaitingLine line;
    private final Slots slots;
    private final Endings endings;
    private final StepRunner runner;
    private final Duration lastStep;
    private final BatchMetrics metrics;
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);

    private final EngineHealth health = new EngineHealth();
    private volatile boolean stopping;
    private volatile long stopNanos;
    private final LongAdder steps = new LongAdder();
    private volatile long stepStartNanos;
    private volatile boolean stepping;

    /// @param nanos a clock that only goes forward, as {@link System#nanoTime}; deadlines are told in it
    public BatchLoop(Decoder decoder, BatchLimits limits, BatchMetrics metrics, LongSupplier nanos) {
        this.decoder = decoder;
        this.shape = decoder.shape();
        this.nanos = nanos;
        this.metrics = metrics;
        this.slots = new Slots(decoder, limits.spareSlots());
        this.endings = new Endings(slots, metrics, nanos);
        this.runner = new StepRunner(decoder, slots, endings, limits, metrics, nanos);
        this.line = new WaitingLine(limits.queue(), slots.capacity(), () -> slots.capacity() - slots.running(), nanos);
        this.lastStep = limits.lastStep();
        this.thread = Thread.ofPlatform().name("batch-loop").daemon().unstarted(this::run);
    }

    public BatchLoop start() {
        metrics.watch(this);
        thread.start();
        return this;
    }

    /// Any thread. The prompt of each must fit, and that of a generation leave room for at least one token.
    public Submission submit(Collection<? extends Work> works) {
        for (Work work : works) {
            if (work.givenTokens() + Math.min(1, work.maxTokens()) > shape.maxTokens()) {
                throw new IllegalArgumentException("prompt: " + work.givenTokens()
                        + " tokens leave no room for an answer within " + shape.maxTokens());
            }
        }
        return line.submit(works);
    }

    /// Any thread.
    public LoopStatus status() {
        long started = stepStartNanos;
        long stepMillis = stepping ? Math.max(0, (nanos.getAsLong() - started) / 1_000_000) : 0;
        return new LoopStatus(
                slots.capacity(),
                slots.running(),
                line.size(),
                slots.usage(),
                steps.sum(),
                runner.generatedTokens(),
                health.failure(),
                stepMillis);
    }

    /// Refuses what is new from now on; what was accepted goes on.
    public void refuseNew() {
        line.close();
    }

    /// Ends everything that still runs or waits when the present step is over, and the thread. Does not wait for it.
    public void stop() {
        line.close();
        if (!stopping) {
            stopNanos = System.nanoTime();
            stopping = true;
        }
    }

    /// Ends everything that still runs or waits, and the thread; waits for the present step, but no longer
    /// than {@link BatchLimits#lastStep} from the first {@link #stop}. See {@link #ended}.
    @Override
    public void close() {
        stop();
        try {
            long left = lastStep.toNanos() - (System.nanoTime() - stopNanos);
            if (!ended.await(Math.max(0, left), TimeUnit.NANOSECONDS)) {
                LOG.warn("the engine does not come back from its step, going on without it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// However long the present step takes.
    public void awaitEnd() throws InterruptedException {
        ended.await();
    }

    /// Whether the decoder is not used any more, and may be freed.
    public boolean ended() {
        return ended.getCount() == 0;
    }

    private void run() {
        String why = "the instance is shutting down";
        try {
            while (!stopping) {
                turn();
            }
        } catch (InterruptedException e) {
            LOG.debug("batch loop interrupted");
        } catch (RuntimeException | Error e) {
            LOG.error("the batch loop ends: it could not go on after a failure", e);
            why = "the engine failed";
        } finally {
            line.close();
            if (!stopping) {
                health.died(why);
            }
            try {
                endAll(new Ending.Failed(why));
            } catch (RuntimeException | Error e) {
                LOG.error("the last endings could not be counted", e);
            } finally {
                metrics.unwatch(this);
                ended.countDown();
            }
        }
    }

    private void turn() throws InterruptedException {
        try {
            endUnwanted();
            seatWaiting();
            if (step() || line.size() > 0) {
                return;
            }
            if (health.testDue(nanos.getAsLong())) {
                test();
            } else {
                line.await(IDLE);
            }
        } catch (RuntimeException | Error e) {
            broke(e);
        }
    }

    // 1 ----------------------------------------------------------------------------------------------------------

    private void endUnwanted() {
        long now = nanos.getAsLong();
        Map<Work, Ending> unwanted = new LinkedHashMap<>();
        for (Work work : line.removeIf(waiting -> ending(waiting, now) != null)) {
            Ending ending = ending(work, now);
            if (ending != null) {
                unwanted.put(work, ending);
            }
        }
        endings.end(unwanted);
        for (Sequence sequence : slots.sequences()) {
            Ending ending = sequence.work().ending(now, true);
            if (ending != null) {
                endings.end(sequence, ending);
            }
        }
    }

    private static @Nullable Ending ending(Work waiting, long now) {
        return waiting.ending(now, waiting.paused() != null);
    }

    // 2 ----------------------------------------------------------------------------------------------------------

    private void seatWaiting() {
        if (line.size() == 0) {
            return;
        }
        long now = nanos.getAsLong();
        List<Work> candidates = line.byUrgency();
        for (Work work : candidates.subList(0, Math.min(CANDIDATES, candidates.size()))) {
            switch (slots.seating(work, now)) {
                case Seating.Full() -> {
                    Optional<Slots.Paused> paused = slots.pauseFor(work, now);
                    if (paused.isEmpty()) {
                        return;
                    }
                    line.back(paused.get().sequence().work());
                    metrics.preempted();
                    seat(work, paused.get().seat());
                }
                case Seating.Later() -> {}
                case Seating.Seat seat -> seat(work, seat);
            }
        }
    }

    private void seat(Work work, Seating.Seat seat) {
        long now = nanos.getAsLong();
        Sequence paused = work.paused();
        line.remove(work);
        slots.seat(paused == null ? new Sequence(work, shape.maxTokens(), now) : paused, seat);
        if (paused == null) {
            work.cached(seat.reuse());
            metrics.seated(work, seat.reuse(), now);
        }
    }

    // 3 ----------------------------------------------------------------------------------------------------------

    /// @return whether there was anything to do
    private boolean step() {
        long now = nanos.getAsLong();
        List<SlotView> views = slots.views(now);
        boolean decoding = views.stream().anyMatch(SlotView.Decoding.class::isInstance);
        BatchPlan plan = BatchPlan.of(views, runner.chunk(decoding));
        if (plan.idle()) {
            return false;
        }
        stepStartNanos = now;
        stepping = true;
        try {
            runner.run(plan);
            steps.increment();
            String badLogits = runner.badLogits();
            if (runner.useful()) {
                health.succeeded();
            } else if (badLogits != null) {
                health.failed(badLogits, now);
            }
        } finally {
            stepping = false;
            slots.count();
        }
        return true;
    }

    // 4 ----------------------------------------------------------------------------------------------------------

    /// One token in a free slot that was used longest ago; nobody runs or waits. A failure is {@link
    /// #broke}'s.
    private void test() {
        Slot slot = slots.oldestFree();
        slot.forget();
        stepStartNanos = nanos.getAsLong();
        stepping = true;
        try {
            FloatBuffer logits = decoder.prefill(slots.indexOf(slot), 0, new int[] {0}, 0, 1);
            if (sayNothing(logits)) {
                health.failed("logits that say nothing", nanos.getAsLong());
            } else {
                health.succeeded();
                LOG.info("the engine answers again");
            }
        } finally {
            stepping = false;
        }
    }

    private boolean sayNothing(FloatBuffer logits) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int token = 0; token < shape.vocabularySize(); token++) {
            largest = Math.max(largest, logits.get(token)); // NaN wins
        }
        return !Float.isFinite(largest);
    }

    // When things go wrong ---------------------------------------------------------------------------------------

    private void broke(Throwable cause) {
        LOG.error("engine failed: running sequences end, the KV cache is forgotten", cause);
        health.failed(cause.getClass().getSimpleName(), nanos.getAsLong());
        slots.forget();
        Ending ending = new Ending.Failed("the engine failed");
        for (Sequence sequence : slots.sequences()) {
            endings.end(sequence, ending);
        }
    }

    private void endAll(Ending ending) {
        List<Sequence> seated = slots.sequences();
        Map<Work, Ending> waiting = new LinkedHashMap<>();
        line.removeIf(work -> true).forEach(work -> waiting.put(work, ending));
        try {
            endings.endAll(seated, ending);
        } finally {
            endings.end(waiting);
        }
    }
}
