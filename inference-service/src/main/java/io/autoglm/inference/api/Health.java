package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.Instance;
import io.autoglm.inference.Life;
import io.autoglm.inference.ServingModel;
import io.autoglm.inference.batching.LoopStatus;
import org.jspecify.annotations.Nullable;

/// `GET /health`: three levels, each of which includes the one before. The port answers (any answer says so);
/// the model is loaded; the engine is not stuck in a step, and its steps do not fail one after the other.
/// What became of single requests is theirs.
final class Health {

    /// No step of a model that is worth serving takes so long.
    private static final long STUCK_AFTER_MILLIS = 30_000;

    private Health() {}

    static void answer(Exchange exchange, Instance instance) {
        Life life = instance.life();
        ServingModel model = instance.model().orElse(null);
        LoopStatus status = model == null ? null : model.loop().status();
        String reason = reason(life, status);
        ObjectNode body = JsonBody.MAPPER.createObjectNode().put("status", reason == null ? "ok" : "unavailable");
        body.put("state", state(life)).put("reason", reason);
        ObjectNode levels = body.putObject("levels");
        levels.put("port", true).put("model_loaded", model != null).put("generation", reason == null);
        if (model != null && status != null) {
            body.put("model", model.name())
                    .put("version", model.served().version())
                    .put("engine", model.engine());
            body.putObject("progress")
                    .put("steps", status.steps())
                    .put("generated_tokens", status.generatedTokens())
                    .put("running", status.running())
                    .put("queued", status.queued())
                    .put("step_millis", status.stepMillis());
        }
        exchange.respond(reason == null ? 200 : 503, body);
    }

    private static @Nullable String reason(Life life, @Nullable LoopStatus status) {
        return switch (life) {
            case Life.Starting() -> "the model is being loaded";
            case Life.Warming(ServingModel model) -> "the model gives its first answer";
            case Life.Draining(ServingModel model) -> "the instance is shutting down";
            case Life.Stopped() -> "the instance is shutting down";
            case Life.Unservable(String why) -> why;
            case Life.Ready(ServingModel model) -> reason(status);
        };
    }

    private static @Nullable String reason(@Nullable LoopStatus status) {
        if (status == null) {
            return "the model is not loaded";
        }
        if (status.stepMillis() > STUCK_AFTER_MILLIS) {
            return "the engine has been in one step for " + status.stepMillis() + " ms";
        }
        return status.failure();
    }

    private static String state(Life life) {
        return switch (life) {
            case Life.Starting() -> "starting";
            case Life.Warming(ServingModel model) -> "warming";
            case Life.Ready(ServingModel model) -> "ready";
            case Life.Draining(ServingModel model) -> "draining";
            case Life.Stopped() -> "gone";
            case Life.Unservable(String why) -> "gone";
        };
    }
}
