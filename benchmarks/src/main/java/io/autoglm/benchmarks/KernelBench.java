package io.autoglm.benchmarks;

import java.io.PrintStream;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/// What our own code on the path of a token takes, by JMH: each kernel in a JVM of its own with the flags of
/// an instance, on one thread, five seconds after three of warm-up. A row is printed when it is measured.
///
/// Times are by the clock, and by the processor time of the whole JVM (the compiler and the collector are
/// in it), which a machine that is busy otherwise disturbs less.
///
/// `KernelBench [REGEX]`, as `./autoglm bench kernels` calls it: the kernels whose name holds the regex.
public final class KernelBench {

    private static final String[] INSTANCE = {
        "-XX:+UseSerialGC",
        "-Xmx1g",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        // What an instance does on all cores is measured on one.
        "-Djava.util.concurrent.ForkJoinPool.common.parallelism=0",
    };

    private final PrintStream out;

    private KernelBench(PrintStream out) {
        this.out = out;
    }

    public static void main(String... arguments) throws RunnerException {
        PrintStream out = System.out;
        if (arguments.length > 1) {
            out.println("usage: KernelBench [REGEX]");
            return;
        }
        Collection<BenchmarkListEntry> kernels = BenchmarkList.defaultList()
                .find(
                        OutputFormatFactory.createFormatInstance(out, VerboseMode.SILENT),
                        List.of(arguments.length == 0 ? "." : arguments[0]),
                        List.of());
        if (kernels.isEmpty()) {
            out.println("no kernel has a name like " + arguments[0]);
            return;
        }
        new KernelBench(out).run(kernels);
    }

    private void run(Collection<BenchmarkListEntry> kernels) throws RunnerException {
        out.printf(
                "%-40s %10s %8s %14s %10s %10s %12s%n", "", "µs", "±", "processor µs", "p99", "worst", "each second");
        for (BenchmarkListEntry kernel : kernels) {
            for (RunResult result : new Runner(options(kernel)).run()) {
                print(result);
            }
        }
    }

    private static Options options(BenchmarkListEntry kernel) {
        return new OptionsBuilder()
                .include("^" + kernel.getUsername().replace(".", "\\.") + "$")
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .forks(1)
                .threads(1)
                .warmupIterations(3)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(5)
                .measurementTime(TimeValue.seconds(1))
                .timeUnit(TimeUnit.MICROSECONDS)
                .jvmArgs(INSTANCE)
                .addProfiler(ProcessorTime.class)
                .build();
    }

    private void print(RunResult run) {
        Result<?> result = run.getPrimaryResult();
        double micros = result.getScore();
        Statistics samples = result.getStatistics();
        boolean each = run.getParams().getMode().shortLabel().equals("sample");
        out.printf(
                Locale.ROOT,
                "%-40s %10.2f %8.2f %14.2f %10s %10s %,12.0f%n",
                name(run.getParams()),
                micros,
                result.getScoreError(),
                Objects.requireNonNull(run.getSecondaryResults().get(ProcessorTime.NAME))
                        .getScore(),
                each ? micros(samples.getPercentile(99)) : "",
                each ? micros(samples.getMax()) : "",
                1e6 / micros);
        out.flush();
    }

    private static String micros(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /// `Sampler.topK`, and the parameters behind it.
    private static String name(BenchmarkParams params) {
        String full = params.getBenchmark();
        String kernel = full.substring(full.lastIndexOf('.', full.lastIndexOf('.') - 1) + 1)
                .replace("Benchmark", "");
        return params.getParamsKeys().stream()
                .map(key -> params.getParam(key).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" ", kernel + " ", ""));
    }
}
