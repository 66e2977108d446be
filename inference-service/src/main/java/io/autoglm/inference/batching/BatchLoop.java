package io.autoglm.inference.batching;

import io.autoglm.inference.engine.Decoder;
import io.autoglm.inference.engine.DecoderShape;
import io.autoglm.inference.sampling.BadLogitsException;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The one thread that runs the engine. Each turn of it:
///
/// 1. ends what was cancelled or has passed its deadline, which frees its slot;
/// 2. gives free slots to the most urgent of those that wait ({@link Seating});
/// 3. plans a step ({@link BatchPlan}): move, decode run, prefill chunk;
/// 4. runs it, and after each engine call draws a token for every sequence that has new logits; a text to
///    embed ends with its prompt.
/// 5. tries the engine where it is idle because it failed several times in a row ({@link EngineHealth}).
///
/// What fails stays where it failed: a sequence whose sampling breaks ends alone; when the engine breaks, the
/// running sequences end with it, and the KV cache is forgotten. Whatever ends the thread also closes the
/// line and ends all that run or wait, so that nobody waits for a loop that is not there.
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
    private final StepTimes times;
    private final Duration lastStep;
    private final BatchMetrics metrics;
    private final List<Slot> slots;
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);

    private long uses;
    /// Tokens and vectors of this step.
    private int drawn;

    private @Nullable String badLogits;

    private final EngineHealth health = new EngineHealth();
    private volatile boolean stopping;
    private volatile long stopNanos;
    private volatile int running;
    private volatile double kvUsage;
    private final LongAdder steps = new LongAdder();
    private final LongAdder generatedTokens = new LongAdder();
    private volatile long stepStartNanos;
    private volatile boolean stepping;

    /// @param nanos a clock that only goes forward, as {@link System#nanoTime}; deadlines are told in it
    public BatchLoop(Decoder decoder, BatchLimits limits, BatchMetrics metrics, LongSupplier nanos) {
        this.decoder = decoder;
        this.shape = decoder.shape();
        this.nanos = nanos;
        this.metrics = metrics;
        this.line = new WaitingLine(limits.queue(), shape.slots(), () -> shape.slots() - running, nanos);
        this.times = new StepTimes(limits.interTokenBudget().toNanos(), limits.prefillChunk());
        this.lastStep = limits.lastStep();
        this.slots = Stream.generate(() -> new Slot(shape.maxTokens()))
                .limit(shape.slots())
                .toList();
        this.thread = Thread.ofPlatform().name("batch-loop").daemon().unstarted(this::run);
    }

    public BatchLoop start() {
        thread.start();
        return this;
    }

    /// Any thread. The prompt of each must fit, and that of a generation leave room for at least one token.
    public Submission submit(Collection<? extends Work> works) {
        for (Work work : works) {
            if (work.promptTokens() + Math.min(1, work.maxTokens()) > shape.maxTokens()) {
                throw new IllegalArgumentException("prompt: " + work.promptTokens()
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
                slots.size(),
                running,
                line.size(),
                kvUsage,
                steps.sum(),
                generatedTokens.sum(),
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
        for (Work work : line.removeIf(waiting -> waiting.ending(now, false) != null)) {
            Ending ending = work.ending(now, false);
            if (ending != null) {
                unwanted.put(work, ending);
            }
        }
        unwanted.forEach(Work::end);
        unwanted.forEach((work, ending) -> metrics.ended(work, null, ending, now));
        for (Slot slot : slots) {
            Sequence sequence = slot.sequence();
            Ending ending = sequence == null ? null : sequence.work().ending(now, true);
            if (sequence != null && ending != null) {
                end(slot, sequence, ending);
            }
        }
    }

    // 2 ----------------------------------------------------------------------------------------------------------

    private void seatWaiting() {
        if (line.size() == 0 || running == slots.size()) {
            return;
        }
        long now = nanos.getAsLong();
        List<Work> candidates = line.byUrgency();
        for (Work work : candidates.subList(0, Math.min(CANDIDATES, candidates.size()))) {
            List<Seating.Held> held = slots.stream().map(slot -> slot.held(now)).toList();
            switch (Seating.of(work.prompt(), work.reusable(), work.urgency(now), held)) {
                case Seating.Full() -> {
                    return;
                }
                case Seating.Later() -> {}
                case Seating.Seat seat -> seat(work, seat);
            }
        }
    }

    private void seat(Work work, Seating.Seat seat) {
        long now = nanos.getAsLong();
        Slot slot = slots.get(seat.slot());
        slot.seat(new Sequence(work, shape.maxTokens(), now), seat.reuse(), ++uses);
        line.remove(work);
        if (seat.from() != seat.slot()) {
            decoder.copy(seat.from(), seat.slot(), seat.reuse());
            slots.get(seat.from()).touched(++uses);
        }
        work.cached(seat.reuse());
        metrics.seated(work, seat.reuse(), now);
        countRunning();
    }

    // 3 and 4 ----------------------------------------------------------------------------------------------------

    /// @return whether there was anything to do
    private boolean step() {
        long now = nanos.getAsLong();
        List<SlotView> views = slots.stream().map(slot -> slot.view(now)).toList();
        boolean decoding = views.stream().anyMatch(SlotView.Decoding.class::isInstance);
        BatchPlan plan = BatchPlan.of(views, times.chunk(decoding));
        if (plan.idle()) {
            return false;
        }
        drawn = 0;
        badLogits = null;
        stepStartNanos = now;
        stepping = true;
        try {
            move(plan.move());
            int tokens = decode(plan.decode()) + prefill(plan.prefill());
            steps.increment();
            if (drawn > 0) {
                health.succeeded();
            } else if (badLogits != null) {
                health.failed(badLogits, now);
            }
            metrics.stepped(tokens);
        } finally {
            stepping = false;
            countRunning();
        }
        return true;
    }

    private void move(BatchPlan.@Nullable Move move) {
        if (move != null) {
            decoder.copy(move.from(), move.to(), move.tokens());
            slots.get(move.to()).takeOver(slots.get(move.from()), ++uses);
        }
    }

    private int decode(BatchPlan.@Nullable Decode run) {
        if (run == null) {
            return 0;
        }
        int[] tokens = new int[run.count()];
        int[] positions = new int[run.count()];
        List<Slot> drawing = new ArrayList<>(run.count());
        for (int i = 0; i < run.count(); i++) {
            Slot slot = slots.get(run.first() + i);
            Sequence sequence = slot.sequence();
            if (sequence != null && sequence.prefilled()) {
                tokens[i] = sequence.lastToken();
                positions[i] = slot.valid();
                drawing.add(slot);
            } else {
                positions[i] = slot.idleRow();
            }
        }
        long before = nanos.getAsLong();
        FloatBuffer logits = decoder.decode(run.first(), tokens, positions);
        long now = nanos.getAsLong();
        times.decoded(now - before);
        for (int i = 0; i < run.count(); i++) {
            Slot slot = slots.get(run.first() + i);
            Sequence sequence = slot.sequence();
            if (sequence != null && drawing.contains(slot)) {
                slot.computed(tokens[i]);
                draw(slot, sequence, logits, i, now);
            }
        }
        return drawing.size();
    }

    private int prefill(BatchPlan.@Nullable Prefill chunk) {
        if (chunk == null) {
            return 0;
        }
        Slot slot = slots.get(chunk.slot());
        Sequence sequence = slot.sequence();
        if (sequence == null) {
            throw new IllegalStateException("a prompt is planned for free slot " + chunk.slot());
        }
        int tokens = chunk.to() - chunk.from();
        long before = nanos.getAsLong();
        FloatBuffer read = switch (sequence.work()) {
            case Generation generation ->
                decoder.prefill(chunk.slot(), chunk.from(), sequence.prompt(), chunk.from(), chunk.to());
            case Embedding embedding ->
                decoder.embed(chunk.slot(), chunk.from(), sequence.prompt(), chunk.from(), chunk.to());
        };
        long now = nanos.getAsLong();
        times.prefilled(tokens, now - before);
        slot.prefilled(chunk.to());
        switch (sequence.work()) {
            case Generation generation -> {
                if (sequence.prefilled()) {
                    draw(slot, sequence, read, 0, now);
                }
            }
            case Embedding embedding -> {
                embedding.read(read, tokens);
                if (sequence.prefilled()) {
                    embedded(slot, sequence, embedding, now);
                }
            }
        }
        return tokens;
    }

    private void embedded(Slot slot, Sequence sequence, Embedding embedding, long now) {
        if (embedding.sound()) {
            drawn++;
            end(slot, sequence, new Ending.Stopped());
            metrics.embedded(sequence, now);
        } else {
            badLogits = "hidden states that say nothing";
            slot.forget();
            end(slot, sequence, new Ending.Failed("the text could not be embedded"));
        }
    }

    private void draw(Slot slot, Sequence sequence, FloatBuffer logits, int row, long now) {
        @Nullable Ending ending;
        try {
            long previous = sequence.lastTokenNanos();
            ending = sequence.draw(logits, row, now);
            drawn++;
            generatedTokens.increment();
            metrics.token(sequence, previous, now);
        } catch (RuntimeException | Error e) {
            if (e instanceof VirtualMachineError && !(e instanceof StackOverflowError)) {
                throw e;
            }
            LOG.errorf(e, "sequence failed slot=%d", slots.indexOf(slot));
            if (e instanceof BadLogitsException) {
                badLogits = e.getMessage();
                slot.forget();
            }
            ending = new Ending.Failed("the answer could not be generated");
        }
        if (ending != null) {
            end(slot, sequence, ending);
        }
    }

    /// Tells first and counts then, here as in [#endUnwanted] and [#endAll]: whoever waits for the answer
    /// hears of its end even where the counting breaks.
    private void end(Slot slot, Sequence sequence, Ending ending) {
        slot.free(++uses);
        countRunning();
        sequence.work().end(ending);
        metrics.ended(sequence.work(), sequence, ending, nanos.getAsLong());
    }

    // 5 ----------------------------------------------------------------------------------------------------------

    /// One token in a free slot that was used longest ago; nobody runs or waits. A failure is {@link
    /// #broke}'s.
    private void test() {
        Slot slot = slots.stream().min(Comparator.comparingLong(Slot::lastUse)).orElseThrow();
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
        Ending ending = new Ending.Failed("the engine failed");
        for (Slot slot : slots) {
            Sequence sequence = slot.sequence();
            if (sequence != null) {
                end(slot, sequence, ending);
            }
            slot.forget();
        }
    }

    private void endAll(Ending ending) {
        List<Work> waiting = line.removeIf(work -> true);
        List<Sequence> seated = new ArrayList<>();
        for (Slot slot : slots) {
            Sequence sequence = slot.sequence();
            if (sequence != null) {
                seated.add(sequence);
                slot.free(++uses);
            }
        }
        seated.forEach(sequence -> sequence.work().end(ending));
        waiting.forEach(work -> work.end(ending));
        countRunning();
        long now = nanos.getAsLong();
        seated.forEach(sequence -> metrics.ended(sequence.work(), sequence, ending, now));
        waiting.forEach(work -> metrics.ended(work, null, ending, now));
    }

    private void countRunning() {
        int sequences = 0;
        long rows = 0;
        for (Slot slot : slots) {
            if (slot.sequence() != null) {
                sequences++;
                rows += slot.valid();
            }
        }
        running = sequences;
        kvUsage = (double) rows / ((long) shape.slots() * shape.maxTokens());
    }
}
