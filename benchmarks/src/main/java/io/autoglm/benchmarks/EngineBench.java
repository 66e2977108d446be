package io.autoglm.benchmarks;

import io.autoglm.inference.model.ModelFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Tokens per second of the bare engine: reading a prompt of 512 tokens, and steps of 1, 4, 8 and 16
/// sequences behind 128 tokens each, and steps that check guesses of one sequence, all of them taken for
/// right. Before that, the memory of the process.
///
/// `EngineBench MODEL_DIRECTORY [auto|fp32|int8|int4] [THREADS]`, as `./autoglm bench engine` calls it.
public final class EngineBench {

    private static final int PROMPT_TOKENS = 512;
    private static final int CONTEXT_TOKENS = 128;
    private static final int STEPS = 32;
    private static final int[] BATCHES = {1, 4, 8, 16};
    private static final int[] GUESSES = {1, 2, 4, 8};
    private static final int GUESSED_STEPS = 16;
    private static final Path STATUS = Path.of("/proc/self/status");

    private EngineBench() {}

    public static void main(String... arguments) throws Exception {
        PrintStream out = System.out;
        if (arguments.length < 1 || arguments.length > 3) {
            out.println("usage: EngineBench MODEL_DIRECTORY [auto|fp32|int8|int4] [THREADS]");
            return;
        }
        String weights = arguments.length > 1 ? arguments[1] : "auto";
        int threads = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 0;
        try (BareEngine engine = BareEngine.open(ModelFiles.open(Path.of(arguments[0])), weights, threads)) {
            out.println(engine.description());
            printMemory(out);
            out.printf("%-12s %10s %16s%n", "", "tokens/s", "per processor s");
            medians(engine)
                    .forEach((name, rate) ->
                            out.printf("%-12s %10.1f %16.1f%n", name, rate.byClock(), rate.byProcessor()));
        }
    }

    /// As Linux tells it: now, of its own and of mapped files, and at most.
    private static void printMemory(PrintStream out) throws IOException {
        if (Files.isReadable(STATUS)) {
            Files.readAllLines(STATUS).stream()
                    .filter(line ->
                            line.startsWith("RssAnon") || line.startsWith("RssFile") || line.startsWith("VmHWM"))
                    .forEach(out::println);
        }
    }

    private static Map<String, Rounds.Rate> medians(BareEngine engine) throws Exception {
        Rounds rounds = new Rounds();
        int[] prompt = BareEngine.tokens(1, PROMPT_TOKENS);
        int[] context = BareEngine.tokens(2, CONTEXT_TOKENS);
        rounds.add("prefill 512", () -> engine.prefill(prompt));
        for (int batch : BATCHES) {
            rounds.add("decode x" + batch, () -> {
                engine.prepare(context);
                return engine.decode(context, batch, STEPS);
            });
        }
        for (int guesses : GUESSES) {
            rounds.add("1 + " + guesses + " guesses", () -> {
                engine.prepare(context);
                return engine.check(context, guesses, GUESSED_STEPS);
            });
        }
        return rounds.medians();
    }
}
