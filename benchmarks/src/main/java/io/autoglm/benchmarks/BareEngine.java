package io.autoglm.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.autoglm.inference.engine.Decoder;
import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.KvFormat;
import io.autoglm.inference.engine.LoadedModel;
import io.autoglm.inference.engine.WeightCacheConfig;
import io.autoglm.inference.engine.WeightFormat;
import io.autoglm.inference.model.ModelFiles;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/// The decoder called from a loop: no queue, no sampling, no text, no HTTP. All sequences are fed the same tokens.
final class BareEngine implements AutoCloseable {

    static final int SLOTS = 16;
    static final int MAX_TOKENS = 1024;
    private static final int CHUNK_TOKENS = 32;
    private static final int WEIGHT_BLOCK = 32;
    private static final long MOST_CACHED_BYTES = 64L << 30;
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
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "autoglm", "weights");
        EngineConfig config = new EngineConfig(
                "cpu",
                format,
                WEIGHT_BLOCK,
                new WeightCacheConfig(Optional.of(cache), MOST_CACHED_BYTES),
                KvFormat.FP32,
                threads,
                SLOTS,
                tokens);
        LoadedModel model = LoadedModel.open(files, config);
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

    /// Steps of one sequence that check guessed tokens, all of them taken for right.
    ///
    /// @param prompt what [#prepare] was given
    Rounds.Rate check(int[] prompt, int guesses, int steps) {
        int[] tokens = Arrays.copyOf(prompt, 1 + guesses);
        return measure(steps * tokens.length, () -> {
            for (int step = 0; step < steps; step++) {
                decoder.check(0, prompt.length, tokens);
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
