package io.autoglm.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/// The processor time of the JVM for each operation, in microseconds.
public final class ProcessorTime implements InternalProfiler {

    static final String NAME = "processor";
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private long begun;

    @Override
    public String getDescription() {
        return "processor time of the JVM for each operation";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        begun = SYSTEM.getProcessCpuTime();
    }

    @Override
    public Collection<ScalarResult> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        long nanos = SYSTEM.getProcessCpuTime() - begun;
        double micros = nanos / 1e3 / result.getMetadata().getAllOps();
        return List.of(new ScalarResult(NAME, micros, "us/op", AggregationPolicy.AVG));
    }
}
