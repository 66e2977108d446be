package io.autoglm.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.autoglm.inference.engine.Decoder;
import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.LoadedModel;
import io.autoglm.inference.engine.WeightFormat;
import io.autoglm.inference.model.ModelFiles;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/// The decoder called from a loop: no queue, no sampling, no text, no HTTP. All sequences are fed the same tokens.
final class BareEngine implements AutoCloseable {

    static final int SLOTS = 16;
    static final int MAX_TOKENS = 1024;
    private static final int CHUNK_TOKENS = 32;
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final LoadedModel model;
    private final Decoder decoder;
    private final String description;

    private BareEngine(LoadedModel model, String description) {
        this.model = model;
        this.decoder = model.decoder();
        this.description = description;
    }

    /// @param weights `auto`, `fp32`, `int8` or `int4`
    /// @param threads 0 for what the engine would choose itself
    static BareEngine open(ModelFiles files, String weights, int threads) {
        long start = System.nanoTime();
        int tokens = Math.min(MAX_TOKENS, files.sizes().maxPositions());
        WeightFormat format = WeightFormat.valueOf(weights.toUpperCase(Locale.ROOT));
        LoadedModel model = LoadedModel.open(files, new EngineConfig("cpu", format, threads, SLOTS, tokens));
        String description = String.format(
                Locale.ROOT,
                "%s: %.1f M parameters as %s, loaded in %.2f s",
                files.name(),
                model.parameters() / 1e6,
                model.weights().name().toLowerCase(Locale.ROOT),
                (System.nanoTime() - start) / 1e9);
        return new BareEngine(model, description);
    }

    String description() {
        return description;
    }

    /// Token ids below 512, where no vocabulary has control tokens, and not the bytes that end a text.
    static int[] tokens(long seed, int count) {
        return new Random(seed).ints(count, 64, 512).toArray();
    }

    /// Reads a prompt into slot 0, in chunks.
    Rounds.Rate prefill(int[] prompt) {
        return measure(prompt.length, () -> read(0, prompt));
    }

    /// Puts a prompt before the sequences that [#decode] goes on with.
    void prepare(int[] prompt) {
        read(0, prompt);
        for (int slot = 1; slot < SLOTS; slot++) {
            decoder.copy(0, slot, prompt.length);
        }
    }

    /// @param prompt what [#prepare] was given
    Rounds.Rate decode(int[] prompt, int sequences, int steps) {
        int[] next = new int[sequences];
        int[] positions = new int[sequences];
        return measure(steps * sequences, () -> {
            for (int step = 0; step < steps; step++) {
                Arrays.fill(next, prompt[step % prompt.length]);
                Arrays.fill(positions, prompt.length + step);
                decoder.decode(0, next, positions);
            }
        });
    }

    private void read(int slot, int[] prompt) {
        for (int from = 0; from < prompt.length; from += CHUNK_TOKENS) {
            decoder.prefill(slot, from, prompt, from, Math.min(prompt.length, from + CHUNK_TOKENS));
        }
    }

    private static Rounds.Rate measure(int tokens, Runnable work) {
        long processor = SYSTEM.getProcessCpuTime();
        long clock = System.nanoTime();
        work.run();
        clock = System.nanoTime() - clock;
        processor = SYSTEM.getProcessCpuTime() - processor;
        return new Rounds.Rate(tokens * 1e9 / clock, tokens * 1e9 / processor);
    }

    @Override
    public void close() {
        model.close();
    }
}
