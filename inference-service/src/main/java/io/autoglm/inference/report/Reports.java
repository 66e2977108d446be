package io.autoglm.inference.report;

import io.autoglm.inference.Instance;
import io.autoglm.inference.Life;
import io.autoglm.inference.ServingModel;
import io.autoglm.inference.batching.LoopStatus;
import io.autoglm.inference.repository.ModelRepository;
import io.autoglm.inference.repository.ModelView;
import io.autoglm.inference.repository.Stage;
import io.autoglm.protocol.placement.InstanceReport;
import io.autoglm.protocol.placement.InstanceState;
import io.autoglm.protocol.placement.ModelLoad;
import io.autoglm.protocol.placement.ServedModel;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The instance's life and figures as the report that the scheduler knows.
final class Reports {

    private Reports() {}

    /// @param asking who asks: id, url, and the engine that was asked for, told until it is known what was
    ///               chosen
    static InstanceReport of(Instance instance, ModelRepository models, Self asking) {
        Life life = instance.life();
        List<ModelView> views = models.list();
        // All of the first ones, or none: whoever reads part of a list takes the rest for gone.
        List<ServingModel> serving = life instanceof Life.Starting ? List.of() : models.serving();
        // What a version does that warms up is nobody's request, and its first step may take as long as a stall.
        List<LoopStatus> loops = views.stream()
                .flatMap(view -> Stream.concat(view.serving().stream(), view.leaving().stream()))
                .flatMap(version -> version.model().stream())
                .map(model -> model.loop().status())
                .toList();
        return new InstanceReport(
                asking.id(),
                instance.incarnation(),
                asking.url(),
                ProcessHandle.current().pid(),
                state(life, views),
                reason(life, serving),
                serving.stream().map(Reports::served).toList(),
                serving.isEmpty() ? asking.engine() : serving.getFirst().engine(),
                serving.stream()
                        .mapToInt(model -> model.loop().status().slots())
                        .sum(),
                loops.stream().mapToInt(LoopStatus::running).sum(),
                loops.stream().mapToInt(LoopStatus::queued).sum(),
                loops.stream().mapToDouble(LoopStatus::kvUsage).max().orElse(0),
                loops.stream().mapToLong(LoopStatus::steps).sum(),
                loops.stream().mapToLong(LoopStatus::generatedTokens).sum(),
                null);
    }

    /// What a report says that the models do not know.
    record Self(String id, String url, String engine) {}

    private static ServedModel served(ServingModel model) {
        LoopStatus status = model.loop().status();
        return new ServedModel(
                model.name(),
                model.served().version(),
                model.maxTokens(),
                new ModelLoad(
                        status.slots(),
                        status.running(),
                        status.queued(),
                        status.kvUsage(),
                        status.steps(),
                        status.failure()));
    }

    private static InstanceState state(Life life, List<ModelView> views) {
        return switch (life) {
            case Life.Starting() ->
                views.stream()
                                .flatMap(view -> view.next().stream())
                                .anyMatch(version -> version.stage() instanceof Stage.Warming)
                        ? InstanceState.WARMING
                        : InstanceState.STARTING;
            case Life.Ready() -> InstanceState.READY;
            case Life.Draining() -> InstanceState.DRAINING;
            case Life.Unservable(String why) -> InstanceState.GONE;
            case Life.Stopped() -> InstanceState.GONE;
        };
    }

    private static @Nullable String reason(Life life, List<ServingModel> serving) {
        if (life instanceof Life.Unservable(String why)) {
            return why;
        }
        if (life instanceof Life.Ready && serving.isEmpty()) {
            return "no model is loaded";
        }
        return null;
    }
}
