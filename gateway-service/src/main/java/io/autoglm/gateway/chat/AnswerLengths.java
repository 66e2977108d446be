package io.autoglm.gateway.chat;

import io.autoglm.gateway.placement.Snapshot;
import jakarta.inject.Singleton;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// How many tokens answers of a model have, by a running mean of those that ended well: of each, one part in
/// {@value #MEMORY} is new. Only of models that exist, so its size is bounded. Safe from any thread.
@Singleton
final class AnswerLengths {
    private static final int MEMORY = 32;

    private final Snapshot snapshot;
    private final ConcurrentHashMap<String, Double> means = new ConcurrentHashMap<>();

    AnswerLengths(Snapshot snapshot) {
        this.snapshot = snapshot;
        snapshot.onChange(instances ->
                means.keySet().removeIf(model -> instances.maxModelTokens(model).isEmpty()));
    }

    void learn(CompletionRequest request, End end, Spent spent) {
        boolean tells = end == End.OK && request.endpoint().generates() && spent.completionTokens() > 0;
        if (tells && snapshot.instances().maxModelTokens(request.model()).isPresent()) {
            double length = spent.completionTokens();
            means.merge(request.model(), length, (mean, next) -> mean + (next - mean) / MEMORY);
        }
    }

    /// Empty where no answer of the model was seen.
    OptionalDouble mean(String model) {
        @Nullable Double mean = means.get(model);
        return mean == null ? OptionalDouble.empty() : OptionalDouble.of(mean);
    }
}
