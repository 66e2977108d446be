package io.autoglm.inference.batching;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;

/// One set of meters for each model, for as long as any version of it is there: a version that replaces
/// another goes on counting where that one stands, as Prometheus expects of a counter. Safe for concurrent
/// use.
public final class ModelMeters {

    private record Shared(BatchMetrics metrics, int users) {}

    private final MeterRegistry registry;
    private final Map<String, Shared> models = new HashMap<>();

    public ModelMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /// To be given back once, with {@link #leave}.
    ///
    /// @param maxTokens of a sequence; the buckets stay those of the version that came first
    public synchronized BatchMetrics join(String model, int maxTokens) {
        Shared shared = models.compute(
                model,
                (name, there) -> there == null
                        ? new Shared(new BatchMetrics(registry, name, maxTokens), 1)
                        : new Shared(there.metrics(), there.users() + 1));
        return shared.metrics();
    }

    /// A version is gone. The meters go with the last one.
    public synchronized void leave(String model) {
        models.computeIfPresent(model, (name, shared) -> {
            if (shared.users() > 1) {
                return new Shared(shared.metrics(), shared.users() - 1);
            }
            shared.metrics().remove();
            return null;
        });
    }
}
