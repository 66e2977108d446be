package io.autoglm.inference.batching;

import io.autoglm.inference.engine.Decoder;
import io.autoglm.inference.sampling.BadLogitsException;
import io.autoglm.inference.sampling.InvalidParameterException;
import java.nio.FloatBuffer;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Runs what a {@link BatchPlan} says, and after each call of the engine draws a token for every sequence
/// that has new logits; a text to embed ends with its prompt. A sequence whose sampling breaks ends alone;
/// when the engine breaks, that is thrown.
///
/// Where one sequence decodes alone, a {@link Draft} of its text is checked in the same step if that pays.
/// Each token is drawn as it would be without: a guess only saves the step that would have read it. Several
/// sequences share their steps instead, which the engine cannot do with guesses (ONNX Runtime takes no batch
/// of more than one token each).
///
/// Only the loop's thread uses it, but for [#generatedTokens].
final class StepRunner {

    private static final Logger LOG = Logger.getLogger(StepRunner.class);

    private final Decoder decoder;
    private final Slots slots;
    private final Endings endings;
    private final StepTimes times;
    private final int draftTokens;
    private final BatchMetrics metrics;
    private final LongSupplier nanos;
    private final LongAdder generatedTokens = new LongAdder();

    private int drawn;
    private @Nullable String badLogits;

    StepRunner(
            Decoder decoder,
            Slots slots,
            Endings endings,
            BatchLimits limits,
            BatchMetrics metrics,
            LongSupplier nanos) {
        this.decoder = decoder;
        this.slots = slots;
        this.endings = endings;
        this.times = new StepTimes(limits.interTokenBudget().toNanos(), limits.prefillChunk(), limits.draftTokens());
        this.draftTokens = limits.draftTokens();
        this.metrics = metrics;
        this.nanos = nanos;
    }

    /// Tokens of a prompt that the next step may read.
    int chunk(boolean decoding) {
        return times.chunk(decoding);
    }

    void run(BatchPlan plan) {
        drawn = 0;
        badLogits = null;
        if (plan.move() != null) {
            slots.move(plan.move());
        }
        int tokens = decode(plan.decode()) + prefill(plan.prefill());
        metrics.stepped(tokens);
    }

    /// Whether the last step gave somebody a token or a vector.
    boolean useful() {
        return drawn > 0;
    }

    /// What was wrong with the last step's logits or states, of whomever; null if nothing was.
    @Nullable
    String badLogits() {
        return badLogits;
    }

    /// Since start. Any thread.
    long generatedTokens() {
        return generatedTokens.sum();
    }

    private int decode(BatchPlan.@Nullable Decode run) {
        if (run == null) {
            return 0;
        }
        if (run.count() > 1 || draftTokens == 0) {
            return decodeTogether(run);
        }
        Slot slot = slots.get(run.first());
        Sequence sequence = slot.occupant();
        int most = Math.min(draftTokens, sequence.remaining() - 1);
        Draft draft = most < 1 ? null : slot.draft(sequence.lastToken(), most);
        if (draft == null) {
            return decodeTogether(run);
        }
        int worth = times.worthChecking(sequence.drafts().rate(draft.match()), most);
        if (worth > 0) {
            return check(slot, sequence, draft, worth);
        }
        int tokens = decodeTogether(run);
        sequence.drafts().observe(draft.match(), sequence.lastToken() == draft.tokens()[0]);
        return tokens;
    }

    private int decodeTogether(BatchPlan.Decode run) {
        int[] tokens = new int[run.count()];
        int[] positions = new int[run.count()];
        boolean[] draws = new boolean[run.count()];
        int drawing = 0;
        for (int i = 0; i < run.count(); i++) {
            Slot slot = slots.get(run.first() + i);
            Sequence sequence = slot.sequence();
            if (sequence != null && sequence.prefilled()) {
                tokens[i] = sequence.lastToken();
                positions[i] = slot.valid();
                draws[i] = true;
                drawing++;
            } else {
                positions[i] = slot.idleRow();
            }
        }
        long before = nanos.getAsLong();
        FloatBuffer logits = decoder.decode(run.first(), tokens, positions);
        long now = nanos.getAsLong();
        times.decoded(run.count(), now - before);
        for (int i = 0; i < run.count(); i++) {
            Slot slot = slots.get(run.first() + i);
            Sequence sequence = slot.sequence();
            if (sequence != null && draws[i]) {
                slot.computed(tokens[i]);
                draw(slot, sequence, logits, i, now);
            }
        }
        return drawing;
    }

    /// @param count of the draft's tokens that are checked
    private int check(Slot slot, Sequence sequence, Draft draft, int count) {
        int[] tokens = new int[count + 1];
        tokens[0] = sequence.lastToken();
        System.arraycopy(draft.tokens(), 0, tokens, 1, count);
        long before = nanos.getAsLong();
        FloatBuffer logits = decoder.check(slots.indexOf(slot), slot.valid(), tokens);
        long now = nanos.getAsLong();
        times.checked(count, now - before);
        int accepted = 0;
        while (true) {
            slot.computed(tokens[accepted]);
            if (!draw(slot, sequence, logits, accepted, now) || accepted == count) {
                break;
            }
            boolean right = sequence.lastToken() == tokens[accepted + 1];
            sequence.drafts().observe(draft.match(), right);
            if (!right) {
                break;
            }
            accepted++;
        }
        metrics.checked(count, accepted);
        return tokens.length;
    }

    private int prefill(BatchPlan.@Nullable Prefill chunk) {
        if (chunk == null) {
            return 0;
        }
        Slot slot = slots.get(chunk.slot());
        Sequence sequence = slot.occupant();
        int tokens = chunk.to() - chunk.from();
        int[] text = sequence.work().text();
        long before = nanos.getAsLong();
        FloatBuffer read = switch (sequence.work()) {
            case Generation generation -> decoder.prefill(chunk.slot(), chunk.from(), text, chunk.from(), chunk.to());
            case Embedding embedding -> decoder.embed(chunk.slot(), chunk.from(), text, chunk.from(), chunk.to());
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
            endings.end(sequence, new Ending.Stopped());
            metrics.embedded(sequence, now);
        } else {
            badLogits = "hidden states that say nothing";
            slot.forget();
            endings.end(sequence, new Ending.Failed("the text could not be embedded"));
        }
    }

    /// @return whether the sequence goes on
    private boolean draw(Slot slot, Sequence sequence, FloatBuffer logits, int row, long now) {
        @Nullable Ending ending;
        try {
            long previous = sequence.lastTokenNanos();
            ending = sequence.draw(logits, row, now);
            drawn++;
            generatedTokens.increment();
            metrics.token(sequence, previous, now);
        } catch (InvalidParameterException e) {
            ending = new Ending.Refused(e.param(), String.valueOf(e.getMessage()));
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
        if (ending == null) {
            return true;
        }
        endings.end(sequence, ending);
        return false;
    }
}
