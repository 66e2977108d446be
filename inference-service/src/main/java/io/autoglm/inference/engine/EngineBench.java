package io.autoglm.inference.engine;

import com.sun.management.OperatingSystemMXBean;
import io.autoglm.inference.model.ModelDirectory;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/// What the bare engine does on this machine, in tokens per second: prefill of 512 tokens in chunks, then decode
/// steps of 1, 4 and 8 sequences of 128 tokens each. The cases take turns, round by round, so that a busy minute of
/// the machine troubles all of them; the median round is printed.
///
/// ```
/// java -cp … io.autoglm.inference.engine.EngineBench MODEL_DIRECTORY [WEIGHTS] [THREADS]
/// java -cp … io.autoglm.inference.engine.EngineBench random FOLDER
/// ```
/// The second form writes a checkpoint of random weights in the shape of Qwen2.5-0.5B.
public final class EngineBench {

    private static final int ROUNDS = 5;
    private static final int PROMPT_TOKENS = 512;
    private static final int CHUNK_TOKENS = 32;
    private static final int CONTEXT_TOKENS = 128;
    private static final int STEPS = 32;
    private static final int[] BATCHES = {1, 4, 8};

    /// Tokens per second of one measurement, by the clock and by the processor time of all threads.
    private record Rate(double tokensPerSecond, double tokensPerProcessorSecond) {}

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final Decoder decoder;
    private final Random random = new Random(1);

    private EngineBench(Decoder decoder) {
        this.decoder = decoder;
    }

    public static void main(String... arguments) throws IOException {
        PrintStream out = System.out;
        if (arguments.length == 2 && arguments[0].equals("random")) {
            RandomCheckpoint.write(Path.of(arguments[1]));
            return;
        }
        if (arguments.length < 1 || arguments.length > 3) {
            out.println("usage: EngineBench MODEL_DIRECTORY [auto|fp32|int8|int4] [THREADS]");
            out.println("       EngineBench random FOLDER");
            return;
        }
        WeightFormat weights =
                WeightFormat.valueOf(arguments.length > 1 ? arguments[1].toUpperCase(Locale.ROOT) : "AUTO");
        int threads = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 0;
        long start = System.nanoTime();
        ModelDirectory directory = ModelDirectory.open(Path.of(arguments[0]));
        int tokens = Math.min(1024, directory.config().maxPositions());
        EngineConfig config = new EngineConfig("cpu", weights, threads, 8, tokens);
        try (LoadedModel model = LoadedModel.open(directory, config)) {
            out.printf(
                    "%s: %.1f M parameters as %s, loaded in %.2f s%n",
                    directory.name(),
                    directory.weights().parameters() / 1e6,
                    model.weights().name().toLowerCase(Locale.ROOT),
                    (System.nanoTime() - start) / 1e9);
            out.printf("%-12s %10s %16s%n", "", "tokens/s", "per processor s");
            new EngineBench(model.decoder())
                    .run()
                    .forEach((name, rate) -> out.printf(
                            "%-12s %10.1f %16.1f%n", name, rate.tokensPerSecond, rate.tokensPerProcessorSecond));
        }
    }

    private Map<String, Rate> run() {
        Map<String, List<Rate>> rates = new TreeMap<>();
        prefill();
        for (int slot = 1; slot < decoder.shape().slots(); slot++) {
            decoder.copy(0, slot, CONTEXT_TOKENS);
        }
        decode(1);
        for (int round = 0; round < ROUNDS; round++) {
            rates.computeIfAbsent("prefill 512", _ -> new ArrayList<>()).add(prefill());
            for (int batch : BATCHES) {
                rates.computeIfAbsent("decode x" + batch, _ -> new ArrayList<>())
                        .add(decode(batch));
            }
        }
        Map<String, Rate> medians = new TreeMap<>();
        rates.forEach((name, rounds) -> medians.put(
                name, new Rate(median(rounds, Rate::tokensPerSecond), median(rounds, Rate::tokensPerProcessorSecond))));
        return medians;
    }

    private static double median(List<Rate> rounds, ToDoubleFunction<Rate> figure) {
        return rounds.stream().mapToDouble(figure).sorted().toArray()[rounds.size() / 2];
    }

    private Rate prefill() {
        int[] prompt = tokens(PROMPT_TOKENS);
        return measure(prompt.length, () -> {
            for (int from = 0; from < prompt.length; from += CHUNK_TOKENS) {
                decoder.prefill(0, from, prompt, from, from + CHUNK_TOKENS);
            }
        });
    }

    private Rate decode(int batch) {
        int[] next = tokens(batch);
        int[] positions = new int[batch];
        return measure(STEPS * batch, () -> {
            for (int step = 0; step < STEPS; step++) {
                Arrays.fill(positions, CONTEXT_TOKENS + step);
                decoder.decode(0, next, positions);
            }
        });
    }

    private static Rate measure(int tokens, Runnable work) {
        long processor = SYSTEM.getProcessCpuTime();
        long clock = System.nanoTime();
        work.run();
        clock = System.nanoTime() - clock;
        processor = SYSTEM.getProcessCpuTime() - processor;
        return new Rate(tokens * 1e9 / clock, tokens * 1e9 / processor);
    }

    private int[] tokens(int count) {
        return random.ints(count, 0, decoder.shape().vocabularySize()).toArray();
    }
}
