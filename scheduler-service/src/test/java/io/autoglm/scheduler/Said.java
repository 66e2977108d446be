package io.autoglm.scheduler;

import io.autoglm.protocol.placement.InstanceReport;
import io.autoglm.protocol.placement.InstanceState;
import io.autoglm.protocol.placement.ServedModel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reports for tests: a ready instance of one model, and what differs from it.
public record Said(
        String id,
        String incarnation,
        InstanceState state,
        @Nullable String reason,
        List<ServedModel> models,
        int running,
        int queued,
        long steps,
        @Nullable Long acceleratorFreeBytes) {

    public static final String MODEL = "autoglm-nano";

    public static Said ready(String id) {
        return new Said(
                id,
                id + "/first",
                InstanceState.READY,
                null,
                List.of(new ServedModel(MODEL, "v1", 2048)),
                0,
                0,
                0,
                null);
    }

    public Said by(String process) {
        return new Said(id, process, state, reason, models, running, queued, steps, acceleratorFreeBytes);
    }

    public Said says(InstanceState other, @Nullable String why) {
        return new Said(id, incarnation, other, why, models, running, queued, steps, acceleratorFreeBytes);
    }

    public Said serving(String... names) {
        List<ServedModel> served = List.of(names).stream()
                .map(name -> new ServedModel(name, "v1", 2048))
                .toList();
        return new Said(id, incarnation, state, reason, served, running, queued, steps, acceleratorFreeBytes);
    }

    public Said with(ServedModel... served) {
        return new Said(id, incarnation, state, reason, List.of(served), running, queued, steps, acceleratorFreeBytes);
    }

    public Said busy(int runningNow, int queuedNow) {
        return new Said(id, incarnation, state, reason, models, runningNow, queuedNow, steps, acceleratorFreeBytes);
    }

    public Said at(long step) {
        return new Said(id, incarnation, state, reason, models, running, queued, step, acceleratorFreeBytes);
    }

    public Said withFree(long bytes) {
        return new Said(id, incarnation, state, reason, models, running, queued, steps, bytes);
    }

    public InstanceReport report() {
        return new InstanceReport(
                id,
                incarnation,
                "http://127.0.0.1:8000",
                4711,
                state,
                reason,
                models,
                "cpu",
                8,
                running,
                queued,
                0,
                steps,
                0,
                acceleratorFreeBytes);
    }
}
