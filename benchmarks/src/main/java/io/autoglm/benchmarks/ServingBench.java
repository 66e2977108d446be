package io.autoglm.benchmarks;

import io.autoglm.inference.model.ModelFiles;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// What is left of the bare engine behind HTTP: the same work by calling the decoder in this process, as
/// streams of a running instance, and as streams through the gateway.
///
/// Decode is compared behind the same prompt of 64 tokens. Its KV rows are there beforehand everywhere (an
/// instance finds them in its prefix cache), so that decoding, sampling, text and streaming stand against
/// decoding alone; a stream's time begins with its request and ends with its last byte. For prefill, each
/// prompt of 512 tokens is new and one token is answered. For the time to the first token, each prompt ends
/// in 16 new tokens, behind 512 that are new too or the same ones each time.
///
/// `ServingBench MODEL_DIRECTORY WEIGHTS [NAME=BASE_URL …]`, as `./autoglm bench serving` calls it, with the
/// API key in `AUTOGLM_KEY`. Any server of the OpenAI API that takes token ids for a prompt can be one of
/// them.
public final class ServingBench {

    private static final int PROMPT_TOKENS = 512;
    private static final int CONTEXT_TOKENS = 64;
    private static final int STEPS = 128;
    private static final int[] STREAMS = {1, 4, 8, 16};
    private static final int OWN_TOKENS = 16;
    private static final int FIRST_TOKENS = 20;

    private final BareEngine engine;
    private final List<ServedEngine> served;
    /// New in every run: a server that still runs may remember the prompts of the last one.
    private long fresh = System.nanoTime();

    private ServingBench(BareEngine engine, List<ServedEngine> served) {
        this.engine = engine;
        this.served = served;
    }

    public static void main(String... arguments) throws Exception {
        PrintStream out = System.out;
        if (arguments.length < 3) {
            out.println("usage: ServingBench MODEL_DIRECTORY auto|fp32|int8|int4 NAME=BASE_URL …");
            return;
        }
        ModelFiles files = ModelFiles.open(Path.of(arguments[0]));
        String key = System.getenv().getOrDefault("AUTOGLM_KEY", "none");
        List<ServedEngine> served = new ArrayList<>();
        for (int i = 2; i < arguments.length; i++) {
            String[] parts = arguments[i].split("=", 2);
            served.add(new ServedEngine(parts[0], URI.create(parts[1]), key, files.name()));
        }
        try (BareEngine engine = BareEngine.open(files, arguments[1], 0)) {
            out.println(engine.description());
            new ServingBench(engine, served).run(out);
        }
    }

    private void run(PrintStream out) throws Exception {
        out.printf("%-14s %16s", "tokens/s", "engine");
        served.forEach(each -> out.printf(" %16s %6s", each.name(), "ratio"));
        out.println();
        print(out, "prefill 512", prefill());
        out.printf("%n%-32s %10s %10s%n", "first token, ms", "p50", "p99");
        int[] shared = BareEngine.tokens(4, PROMPT_TOKENS);
        printFirst(out, "512 + 16 new tokens", () -> BareEngine.tokens(fresh++, PROMPT_TOKENS));
        printFirst(out, "512 known + 16 new tokens", () -> shared);
        out.println();
        for (int streams : STREAMS) {
            print(out, "decode x" + streams, decode(streams));
        }
    }

    /// In turns; the first turn does not count.
    private void printFirst(PrintStream out, String name, Supplier<int[]> before) throws Exception {
        Map<String, List<Double>> millis = new LinkedHashMap<>();
        for (int turn = 0; turn <= FIRST_TOKENS; turn++) {
            for (ServedEngine each : served) {
                int[] prompt = IntStream.concat(
                                Arrays.stream(before.get()), Arrays.stream(BareEngine.tokens(fresh++, OWN_TOKENS)))
                        .toArray();
                double taken = each.firstToken(prompt).toNanos() / 1e6;
                if (turn > 0) {
                    millis.computeIfAbsent(each.name(), _ -> new ArrayList<>()).add(taken);
                }
            }
        }
        millis.forEach((who, times) -> {
            List<Double> sorted = times.stream().sorted().toList();
            out.printf(
                    "%-32s %10.1f %10.1f%n",
                    who + ", " + name,
                    sorted.get(sorted.size() / 2),
                    sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1));
        });
    }

    private void print(PrintStream out, String name, Map<String, Rounds.Rate> medians) {
        double bare = medians.getOrDefault("", new Rounds.Rate(Double.NaN, Double.NaN))
                .byClock();
        out.printf("%-14s %16.1f", name, bare);
        medians.forEach((who, rate) -> {
            if (!who.isEmpty()) {
                out.printf(" %16.1f %6.2f", rate.byClock(), rate.byClock() / bare);
            }
        });
        out.println();
    }

    private Map<String, Rounds.Rate> prefill() throws Exception {
        Rounds rounds = new Rounds();
        rounds.add("", () -> engine.prefill(BareEngine.tokens(fresh++, PROMPT_TOKENS)));
        for (ServedEngine each : served) {
            rounds.add(each.name(), () -> each.prefill(BareEngine.tokens(fresh++, PROMPT_TOKENS)));
        }
        return rounds.medians();
    }

    private Map<String, Rounds.Rate> decode(int streams) throws Exception {
        int[] context = BareEngine.tokens(3, CONTEXT_TOKENS);
        Rounds rounds = new Rounds();
        rounds.add("", () -> {
            engine.prepare(context);
            return engine.decode(context, streams, STEPS);
        });
        for (ServedEngine each : served) {
            rounds.add(each.name(), () -> each.decode(context, streams, STEPS));
        }
        return rounds.medians();
    }
}
