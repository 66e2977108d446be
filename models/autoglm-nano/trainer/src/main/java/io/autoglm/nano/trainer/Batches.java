package io.autoglm.nano.trainer;

import io.autoglm.nano.corpus.Corpus;
import io.autoglm.nano.corpus.chat.ChatText;
import io.autoglm.nano.corpus.tokenizer.Tokenizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/// Training batches, one after the other: a pool of dialogues is sorted by length and cut into batches of a
/// bounded number of tokens, which come in random order. Determined by the corpus and the number of the first
/// pool.
final class Batches {
    private static final int POOL = 640;
    private static final int MAX_TOKENS = 640;

    @SuppressWarnings("ArrayRecordComponent") // big, and never compared
    private record Sequence(int[] ids, boolean[] spoken) {}

    private final Corpus corpus;
    private final Tokenizer tokenizer;
    private final int tokensPerBatch;
    private final float restWeight;
    private final Deque<Batch> ready = new ArrayDeque<>();
    private long pool;

    /// `restWeight` is the share of tokens that the assistant does not speak, against 1 for those it does.
    Batches(Corpus corpus, Tokenizer tokenizer, int tokensPerBatch, float restWeight, long firstPool) {
        this.corpus = corpus;
        this.tokenizer = tokenizer;
        this.tokensPerBatch = tokensPerBatch;
        this.restWeight = restWeight;
        this.pool = firstPool;
    }

    /// The number of the pool after the present one: where to go on after an interruption.
    long nextPool() {
        return pool;
    }

    Batch next() {
        if (ready.isEmpty()) {
            fill();
        }
        return ready.remove();
    }

    private void fill() {
        List<Sequence> sequences = new ArrayList<>();
        for (int i = 0; i < POOL; i++) {
            Sequence sequence = sequence(pool * POOL + i);
            if (sequence.ids().length <= MAX_TOKENS) {
                sequences.add(sequence);
            }
        }
        sequences.sort(Comparator.comparingInt(sequence -> sequence.ids().length));
        List<Batch> batches = new ArrayList<>();
        List<Sequence> row = new ArrayList<>();
        for (Sequence sequence : sequences) {
            if ((row.size() + 1) * sequence.ids().length > tokensPerBatch && !row.isEmpty()) {
                batches.add(batch(row));
                row.clear();
            }
            row.add(sequence);
        }
        batches.add(batch(row));
        Collections.shuffle(batches, new Random(pool));
        ready.addAll(batches);
        pool++;
    }

    private Sequence sequence(long number) {
        List<Integer> ids = new ArrayList<>();
        List<Boolean> spoken = new ArrayList<>();
        for (ChatText.Part part : ChatText.trainingParts(corpus.dialogue(number))) {
            List<Integer> tokens = tokenizer.encode(part.text());
            ids.addAll(tokens);
            tokens.forEach(token -> spoken.add(part.spoken()));
        }
        var flags = new boolean[spoken.size()];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = spoken.get(i);
        }
        return new Sequence(ids.stream().mapToInt(Integer::intValue).toArray(), flags);
    }

    private Batch batch(List<Sequence> sequences) {
        int length = sequences.getLast().ids().length;
        var ids = new int[sequences.size() * length];
        List<Long> positions = new ArrayList<>();
        List<Long> labels = new ArrayList<>();
        List<Float> weights = new ArrayList<>();
        for (int row = 0; row < sequences.size(); row++) {
            Sequence sequence = sequences.get(row);
            System.arraycopy(sequence.ids(), 0, ids, row * length, sequence.ids().length);
            for (int i = 0; i + 1 < sequence.ids().length; i++) {
                float weight = sequence.spoken()[i + 1] ? 1 : restWeight;
                if (weight > 0) {
                    positions.add((long) row * length + i);
                    labels.add((long) sequence.ids()[i + 1]);
                    weights.add(weight);
                }
            }
        }
        var shares = new float[weights.size()];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = weights.get(i);
        }
        return new Batch(
                ids,
                sequences.size(),
                length,
                positions.stream().mapToLong(Long::longValue).toArray(),
                labels.stream().mapToLong(Long::longValue).toArray(),
                shares);
    }
}
