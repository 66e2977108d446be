package io.autoglm.inference.batching;

import io.autoglm.inference.engine.Decoder;
import io.autoglm.inference.engine.DecoderShape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A decoder whose every answer depends on every row before it: the likeliest next token is a hash of the
/// slot's rows `[0, position]`. So a loop that reads a wrong row, copies too little or reuses too much says
/// something else than {@link #answer}. Rows it was never given are poisoned.
///
/// With a distance to quote at, seven of eight tokens are those so far before them, and a hash of all rows
/// says which: so such answers can be guessed, mostly.
///
/// Its clock goes on by what a step takes: 1000 ns and 100 for each token but the first.
final class ScriptedDecoder implements Decoder {

    static final int VOCABULARY = 101;
    static final int HIDDEN = 3;

    /// Of {@link #brokenSlot}.
    static final int ALL_SLOTS = 1 << 20;

    private static final int POISON = -7;

    private final DecoderShape shape;
    private final int quoting;
    private final int[][] rows;
    private final float[] logits;

    final List<String> calls = new ArrayList<>();
    final AtomicInteger failNext = new AtomicInteger();
    final AtomicInteger failCopies = new AtomicInteger();
    volatile Semaphore gate = new Semaphore(1 << 29);
    volatile boolean closed;

    /// The slot whose logits and states are broken the next time; -1 for none.
    volatile int brokenSlot = -1;

    /// The row of each check whose logits are broken; -1 for none.
    volatile int brokenCheckRow = -1;

    /// Nanoseconds.
    final AtomicLong clock = new AtomicLong();

    int prefilledTokens;

    ScriptedDecoder(int slots, int maxTokens) {
        this(slots, maxTokens, 0);
    }

    /// @param quoting the distance, 0 for none
    ScriptedDecoder(int slots, int maxTokens, int quoting) {
        this.quoting = quoting;
        shape = new DecoderShape(VOCABULARY, HIDDEN, slots, maxTokens, 0);
        rows = new int[slots][maxTokens];
        for (int[] row : rows) {
            Arrays.fill(row, POISON);
        }
        logits = new float[(slots + MOST_DRAFT_TOKENS + 1) * VOCABULARY];
    }

    /// What a loop must answer to `prompt`, whatever else it does.
    static List<Integer> answer(int[] prompt, int tokens) {
        return answer(prompt, tokens, 0);
    }

    static List<Integer> answer(int[] prompt, int tokens, int quoting) {
        int[] text = Arrays.copyOf(prompt, prompt.length + tokens);
        List<Integer> answer = new ArrayList<>();
        for (int length = prompt.length; length < text.length; length++) {
            text[length] = next(text, length, quoting);
            answer.add(text[length]);
        }
        return answer;
    }

    private static int next(int[] text, int length, int quoting) {
        long hash = 17;
        for (int i = 0; i < length; i++) {
            hash = mix(hash, text[i]);
        }
        boolean quotes = quoting > 0 && length >= quoting && (hash & 7) != 0;
        return quotes ? text[length - quoting] : (int) Math.floorMod(hash >> 7, (long) VOCABULARY);
    }

    @Override
    public DecoderShape shape() {
        return shape;
    }

    @Override
    public FloatBuffer prefill(int slot, int start, int[] tokens, int from, int to) {
        step("prefill " + slot + " " + from + "-" + to, to - from);
        if (start != from) {
            throw new IllegalArgumentException("start " + start + " is not " + from);
        }
        for (int i = from; i < to; i++) {
            rows[slot][start + i - from] = tokens[i];
        }
        prefilledTokens += to - from;
        say(0, slot, start + to - from - 1);
        return FloatBuffer.wrap(logits);
    }

    @Override
    public FloatBuffer check(int slot, int start, int[] tokens) {
        step("check " + slot + " " + tokens.length, tokens.length);
        for (int i = 0; i < tokens.length; i++) {
            rows[slot][start + i] = tokens[i];
            say(i, slot, start + i);
            if (i == brokenCheckRow) {
                Arrays.fill(logits, i * VOCABULARY, (i + 1) * VOCABULARY, Float.NaN);
            }
        }
        return FloatBuffer.wrap(logits);
    }

    /// The hidden state of each token of `prompt`, whatever else a loop does.
    static List<double[]> states(int[] prompt) {
        List<double[]> states = new ArrayList<>();
        long hash = 17;
        for (int token : prompt) {
            hash = mix(hash, token);
            states.add(state(hash));
        }
        return states;
    }

    @Override
    public FloatBuffer embed(int slot, int start, int[] tokens, int from, int to) {
        boolean broken = slot == brokenSlot || brokenSlot == ALL_SLOTS;
        prefill(slot, start, tokens, from, to);
        float[] states = new float[(to - from) * HIDDEN];
        long hash = 17;
        for (int position = 0; position < start + to - from; position++) {
            hash = mix(hash, rows[slot][position]);
            for (int i = 0; i < HIDDEN && position >= start; i++) {
                states[(position - start) * HIDDEN + i] = broken ? Float.NaN : (float) state(hash)[i];
            }
        }
        return FloatBuffer.wrap(states);
    }

    private static double[] state(long hash) {
        return new double[] {1 + (hash & 7), (hash >> 8) & 15, -((hash >> 16) & 31)};
    }

    @Override
    public FloatBuffer decode(int first, int[] tokens, int[] positions) {
        step("decode " + first + "+" + tokens.length, tokens.length);
        for (int i = 0; i < tokens.length; i++) {
            rows[first + i][positions[i]] = tokens[i];
            say(i, first + i, positions[i]);
        }
        return FloatBuffer.wrap(logits);
    }

    @Override
    public void copy(int fromSlot, int toSlot, int tokens) {
        calls.add("copy " + fromSlot + ">" + toSlot + " " + tokens);
        fail(failCopies);
        System.arraycopy(rows[fromSlot], 0, rows[toSlot], 0, tokens);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void step(String call, int tokens) {
        gate.acquireUninterruptibly();
        clock.addAndGet(900 + 100L * tokens);
        calls.add(call);
        fail(failNext);
    }

    private static void fail(AtomicInteger times) {
        if (times.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new IllegalStateException("scripted engine failure");
        }
    }

    private void say(int row, int slot, int position) {
        float other = slot == brokenSlot || brokenSlot == ALL_SLOTS ? Float.NaN : 0;
        brokenSlot = slot == brokenSlot ? -1 : brokenSlot;
        for (int i = 0; i < VOCABULARY; i++) {
            logits[row * VOCABULARY + i] = other;
        }
        logits[row * VOCABULARY + next(rows[slot], position + 1, quoting)] = 9;
    }

    private static long mix(long hash, int token) {
        long mixed = (hash ^ token) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 29);
    }
}
