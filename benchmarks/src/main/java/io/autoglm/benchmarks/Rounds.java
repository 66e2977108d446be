package io.autoglm.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/// Measurements that take turns, so that a busy minute of the machine troubles all of them alike. A first turn, in
/// which everything warms up, does not count.
final class Rounds {

    private static final int ROUNDS = 5;

    private final Map<String, Callable<Rate>> cases = new LinkedHashMap<>();

    /// Tokens per second of one measurement: by the clock, and by the processor time of this process, NaN where the
    /// work is another's.
    record Rate(double byClock, double byProcessor) {}

    void add(String name, Callable<Rate> measurement) {
        cases.put(name, measurement);
    }

    /// The median of each, in the order of adding; the two figures have medians of their own.
    Map<String, Rate> medians() throws Exception {
        Map<String, List<Rate>> all = new LinkedHashMap<>();
        for (int round = 0; round <= ROUNDS; round++) {
            for (Map.Entry<String, Callable<Rate>> each : cases.entrySet()) {
                Rate rate = each.getValue().call();
                if (round > 0) {
                    all.computeIfAbsent(each.getKey(), _ -> new ArrayList<>()).add(rate);
                }
            }
        }
        Map<String, Rate> medians = new LinkedHashMap<>();
        all.forEach((name, rates) -> medians.put(
                name,
                new Rate(
                        median(rates.stream().mapToDouble(Rate::byClock).toArray()),
                        median(rates.stream().mapToDouble(Rate::byProcessor).toArray()))));
        return medians;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
