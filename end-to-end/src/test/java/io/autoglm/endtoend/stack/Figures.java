package io.autoglm.endtoend.stack;

import java.io.IOException;
import java.util.Map;

/// A page of Prometheus metrics.
public record Figures(String page) {

    public static Figures at(String url) throws IOException {
        return new Figures(Http.get(url, Map.of()).body());
    }

    /// The sum of all lines of a metric that hold every label text, such as `finished_reason="abort"`.
    public double sum(String name, String... labels) {
        return page.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> {
                    for (String label : labels) {
                        if (!line.contains(label)) {
                            return false;
                        }
                    }
                    return true;
                })
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    public boolean holds(String name) {
        return page.lines().anyMatch(line -> line.startsWith(name + "{") || line.startsWith(name + " "));
    }
}
