package io.autoglm.inference.bench;

import io.autoglm.inference.model.ModelDirectory;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What is left of the bare engine behind HTTP: the same work by calling the decoder in this process, as streams of a
/// running instance, and as streams through the gateway.
///
/// Decode is compared behind the same prompt of 64 tokens. Its KV rows are there beforehand everywhere (an instance
/// finds them in its prefix cache), so that decoding, sampling, text and streaming stand against decoding alone; a
/// stream's time begins with its request and ends with its last byte. For prefill, each prompt of 512 tokens is new
/// and one token is answered.
///
/// `ServingBench MODEL_DIRECTORY WEIGHTS [NAME=BASE_URL …]`, as `./autoglm bench serving` calls it, with the API key in
/// `AUTOGLM_KEY`.
public final class ServingBench {

    private static final int PROMPT_TOKENS = 512;
    private static final int CONTEXT_TOKENS = 64;
    private static final int STEPS = 128;
    private static final int[] STREAMS = {1, 4, 8};

    private final BareEngine engine;
    private final List<ServedEngine> served;
    private long fresh = 1000;

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
        ModelDirectory directory = ModelDirectory.open(Path.of(arguments[0]));
        String key = System.getenv().getOrDefault("AUTOGLM_KEY", "none");
        List<ServedEngine> served = new ArrayList<>();
        for (int i = 2; i < arguments.length; i++) {
            String[] parts = arguments[i].split("=", 2);
            served.add(new ServedEngine(parts[0], URI.create(parts[1]), key, directory.name()));
        }
        try (BareEngine engine = BareEngine.open(directory, arguments[1], 0)) {
            out.println(engine.description());
            new ServingBench(engine, served).run(out);
        }
    }

    private void run(PrintStream out) throws Exception {
        out.printf("%-14s %16s", "tokens/s", "engine");
        served.forEach(each -> out.printf(" %16s %6s", each.name(), "ratio"));
        out.println();
        print(out, "prefill 512", prefill());
        for (int streams : STREAMS) {
            print(out, "decode x" + streams, decode(streams));
        }
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
