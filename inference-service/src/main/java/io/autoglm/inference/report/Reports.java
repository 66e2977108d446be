package io.autoglm.inference.report;

import io.autoglm.inference.Instance;
import io.autoglm.inference.Life;
import io.autoglm.inference.ServingModel;
import io.autoglm.inference.batching.LoopStatus;
import io.autoglm.protocol.placement.InstanceReport;
import io.autoglm.protocol.placement.InstanceState;
import io.autoglm.protocol.placement.ServedModel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The instance's life and figures as the report that the scheduler knows.
final class Reports {

    private static final LoopStatus IDLE = new LoopStatus(0, 0, 0, 0, 0, 0, null, 0);

    private Reports() {}

    /// @param engine what was asked for, told until it is known what was chosen
    static InstanceReport of(Instance instance, String id, String url, String engine) {
        Life life = instance.life();
        ServingModel model = instance.model().orElse(null);
        LoopStatus status = model == null ? IDLE : model.loop().status();
        List<ServedModel> models = model == null ? List.of() : List.of(model.served());
        return new InstanceReport(
                id,
                instance.incarnation(),
                url,
                ProcessHandle.current().pid(),
                state(life),
                reason(life, status),
                models,
                model == null ? engine : model.engine(),
                status.slots(),
                status.running(),
                status.queued(),
                status.kvUsage(),
                status.steps(),
                status.generatedTokens(),
                null);
    }

    private static InstanceState state(Life life) {
        return switch (life) {
            case Life.Starting() -> InstanceState.STARTING;
            case Life.Warming(ServingModel model) -> InstanceState.WARMING;
            case Life.Ready(ServingModel model) -> InstanceState.READY;
            case Life.Draining(ServingModel model) -> InstanceState.DRAINING;
            case Life.Unservable(String why) -> InstanceState.GONE;
            case Life.Stopped() -> InstanceState.GONE;
        };
    }

    private static @Nullable String reason(Life life, LoopStatus status) {
        if (life instanceof Life.Unservable(String why)) {
            return why;
        }
        return status.failure();
    }
}
