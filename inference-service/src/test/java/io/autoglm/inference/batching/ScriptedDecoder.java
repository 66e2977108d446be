package io.autoglm.inference.batching;

import io.autoglm.inference.engine.Decoder;
import io.autoglm.inference.engine.DecoderShape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/// A decoder whose every answer depends on every row before it: the likeliest next token is a hash of the slot's rows
/// `[0, position]`. So a loop that reads a wrong row, copies too little or reuses too much says something else than
/// {@link #answer}. Rows it was never given are poisoned.
final class ScriptedDecoder implements Decoder {

    static final int VOCABULARY = 101;
    static final int HIDDEN = 3;

    /// Of {@link #brokenSlot}.
    static final int ALL_SLOTS = 1 << 20;

    private static final int POISON = -7;

    private final DecoderShape shape;
    private final int[][] rows;
    private final float[] logits;

    final List<String> calls = new ArrayList<>();
    final AtomicInteger failNext = new AtomicInteger();
    volatile Semaphore gate = new Semaphore(1 << 29);
    volatile boolean closed;

    /// The slot whose logits and states are broken the next time; -1 for none.
    volatile int brokenSlot = -1;

    int prefilledTokens;

    ScriptedDecoder(int slots, int maxTokens) {
        shape = new DecoderShape(VOCABULARY, HIDDEN, slots, maxTokens, 0);
        rows = new int[slots][maxTokens];
        for (int[] row : rows) {
            Arrays.fill(row, POISON);
        }
        logits = new float[slots * VOCABULARY];
    }

    /// What a loop must answer to `prompt`, whatever else it does.
    static List<Integer> answer(int[] prompt, int tokens) {
        List<Integer> answer = new ArrayList<>();
        long hash = 17;
        for (int token : prompt) {
            hash = mix(hash, token);
        }
        for (int i = 0; i < tokens; i++) {
            int token = token(hash);
            answer.add(token);
            hash = mix(hash, token);
        }
        return answer;
    }

    @Override
    public DecoderShape shape() {
        return shape;
    }

    @Override
    public FloatBuffer prefill(int slot, int start, int[] tokens, int from, int to) {
        step("prefill " + slot + " " + from + "-" + to);
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
        step("decode " + first + "+" + tokens.length);
        for (int i = 0; i < tokens.length; i++) {
            rows[first + i][positions[i]] = tokens[i];
            say(i, first + i, positions[i]);
        }
        return FloatBuffer.wrap(logits);
    }

    @Override
    public void copy(int fromSlot, int toSlot, int tokens) {
        calls.add("copy " + fromSlot + ">" + toSlot + " " + tokens);
        System.arraycopy(rows[fromSlot], 0, rows[toSlot], 0, tokens);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void step(String call) {
        gate.acquireUninterruptibly();
        calls.add(call);
        if (failNext.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new IllegalStateException("scripted engine failure");
        }
    }

    private void say(int row, int slot, int position) {
        long hash = 17;
        for (int i = 0; i <= position; i++) {
            hash = mix(hash, rows[slot][i]);
        }
        float other = slot == brokenSlot || brokenSlot == ALL_SLOTS ? Float.NaN : 0;
        brokenSlot = slot == brokenSlot ? -1 : brokenSlot;
        for (int i = 0; i < VOCABULARY; i++) {
            logits[row * VOCABULARY + i] = other;
        }
        logits[row * VOCABULARY + token(hash)] = 9;
    }

    private static int token(long hash) {
        return (int) Math.floorMod(hash >> 7, (long) VOCABULARY);
    }

    private static long mix(long hash, int token) {
        long mixed = (hash ^ token) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 29);
    }
}
