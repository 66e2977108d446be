package io.autoglm.scheduler.registry;

import io.autoglm.protocol.placement.InstanceReport;
import io.autoglm.protocol.placement.ModelLoad;
import io.autoglm.protocol.placement.ServedModel;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/// Whether an instance's engine moves, and that of each model where it tells them apart: one that hangs must
/// not hide behind another that answers.
record Engines(Progress all, Map<String, Progress> models) {

    static Engines none(Instant now) {
        return new Engines(Progress.none(now), Map.of());
    }

    Engines seen(InstanceReport report, Instant now) {
        Map<String, Progress> seen = new HashMap<>();
        for (ServedModel model : report.models()) {
            ModelLoad load = model.load();
            if (load != null) {
                Progress before = models.getOrDefault(model.id(), Progress.none(now));
                seen.put(model.id(), before.seen(load.steps(), load.running(), now));
            }
        }
        return new Engines(all.seen(report.steps(), report.running(), now), Map.copyOf(seen));
    }

    boolean stalled(InstanceReport report, Duration limit, Instant now) {
        return all.stalled(report.running(), limit, now)
                || report.models().stream().anyMatch(model -> stalled(model, limit, now));
    }

    private boolean stalled(ServedModel model, Duration limit, Instant now) {
        Progress progress = models.get(model.id());
        ModelLoad load = model.load();
        return progress != null && load != null && progress.stalled(load.running(), limit, now);
    }

    Instant movedAt() {
        return all.movedAt();
    }
}
