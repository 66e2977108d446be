package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.Instance;
import io.autoglm.inference.Life;
import io.autoglm.inference.ServingModel;
import io.autoglm.inference.batching.LoopStatus;
import io.autoglm.inference.repository.ModelRepository;
import io.autoglm.inference.repository.ModelView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `GET /health`: three levels, each of which includes the one before. The port answers (any answer says so);
/// a model is loaded; one can answer. A model whose steps fail one after the other is shown by its name, and
/// takes the instance out only with all others: they answer on. An engine that is stuck in a step takes it
/// out alone, since only the end of the process frees it. What became of single requests is theirs. Why a
/// load failed is told only to those who may ask, since it names files.
final class Health {

    /// No step of a model that is worth serving takes so long.
    private static final long STUCK_AFTER_MILLIS = 30_000;

    private Health() {}

    static void answer(Exchange exchange, Instance instance, ModelRepository models) {
        Life life = instance.life();
        List<ServingModel> serving = models.serving();
        List<LoopStatus> loops =
                serving.stream().map(model -> model.loop().status()).toList();
        String reason = reason(life, loops);
        ObjectNode body = JsonBody.MAPPER.createObjectNode().put("status", reason == null ? "ok" : "unavailable");
        body.put("state", state(life)).put("reason", reason);
        ObjectNode levels = body.putObject("levels");
        levels.put("port", true).put("model_loaded", !serving.isEmpty()).put("generation", reason == null);
        body.putObject("progress")
                .put("steps", loops.stream().mapToLong(LoopStatus::steps).sum())
                .put(
                        "generated_tokens",
                        loops.stream().mapToLong(LoopStatus::generatedTokens).sum())
                .put("running", loops.stream().mapToInt(LoopStatus::running).sum())
                .put("queued", loops.stream().mapToInt(LoopStatus::queued).sum())
                .put(
                        "step_millis",
                        loops.stream().mapToLong(LoopStatus::stepMillis).max().orElse(0));
        ArrayNode list = body.putArray("models");
        models.list().forEach(model -> list.add(model(model)));
        exchange.respond(reason == null ? 200 : 503, body);
    }

    private static ObjectNode model(ModelView model) {
        ObjectNode one = JsonBody.MAPPER
                .createObjectNode()
                .put("name", model.name())
                .put("state", model.stage().word());
        model.serving().ifPresent(version -> one.put("version", version.digest()));
        model.serving()
                .flatMap(version -> version.model())
                .ifPresent(serving -> one.put("engine", serving.engine())
                        .put("failure", serving.loop().status().failure()));
        model.next().ifPresent(next -> one.put("next", next.stage().word()));
        return one;
    }

    private static @Nullable String reason(Life life, List<LoopStatus> loops) {
        return switch (life) {
            case Life.Starting() -> "the models are being loaded";
            case Life.Draining() -> "the instance is shutting down";
            case Life.Stopped() -> "the instance is shutting down";
            case Life.Unservable(String why) -> why;
            case Life.Ready() -> reason(loops);
        };
    }

    /// @return null while it can answer
    static @Nullable String reason(List<LoopStatus> loops) {
        if (loops.isEmpty()) {
            return "no model is loaded";
        }
        for (LoopStatus status : loops) {
            if (status.stepMillis() > STUCK_AFTER_MILLIS) {
                return "the engine has been in one step for " + status.stepMillis() + " ms";
            }
        }
        boolean any = loops.stream().anyMatch(status -> status.failure() == null);
        return any ? null : loops.getFirst().failure();
    }

    private static String state(Life life) {
        return switch (life) {
            case Life.Starting() -> "starting";
            case Life.Ready() -> "ready";
            case Life.Draining() -> "draining";
            case Life.Stopped() -> "gone";
            case Life.Unservable(String why) -> "gone";
        };
    }
}
