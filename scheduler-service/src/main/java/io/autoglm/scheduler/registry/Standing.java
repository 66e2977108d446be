package io.autoglm.scheduler.registry;

import io.autoglm.protocol.placement.InstanceView;
import io.autoglm.protocol.placement.ModelLoad;
import io.autoglm.protocol.placement.ServedModel;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// An instance at one moment.
///
/// @param models what it served when last heard of; kept while its process is started again, so that a model does
///               not vanish from the list with its only instance
/// @param heard  its present process has reported
public record Standing(
        String id,
        String url,
        long pid,
        Phase phase,
        List<ServedModel> models,
        String engine,
        int slots,
        int running,
        int queued,
        int restarts,
        boolean heard) {

    public boolean serves(String model) {
        return models.stream().anyMatch(served -> served.id().equals(model));
    }

    /// How busy it is with one model; empty where it does not tell its models apart.
    public Optional<ModelLoad> load(String model) {
        return models.stream()
                .filter(served -> served.id().equals(model))
                .flatMap(served -> Stream.ofNullable(served.load()))
                .findFirst();
    }

    public InstanceView view(int inFlight) {
        return new InstanceView(
                id,
                url,
                pid,
                phase.state(),
                phase.reason(),
                phase.since(),
                models,
                engine,
                slots,
                running,
                queued,
                inFlight,
                restarts);
    }
}
