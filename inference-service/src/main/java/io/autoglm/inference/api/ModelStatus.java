package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.repository.MemoryBudget;
import io.autoglm.inference.repository.ModelView;
import io.autoglm.inference.repository.VersionView;

/// A model and its versions, as an operator reads them.
final class ModelStatus {

    private ModelStatus() {}

    static ObjectNode of(ModelView model) {
        ObjectNode body = JsonBody.MAPPER
                .createObjectNode()
                .put("id", model.name())
                .put("object", "model.status")
                .put("state", model.stage().word());
        body.set("serving", model.serving().map(ModelStatus::version).orElse(null));
        body.set("next", model.next().map(ModelStatus::version).orElse(null));
        ArrayNode draining = body.putArray("draining");
        model.leaving().forEach(version -> draining.add(version(version)));
        body.put("failure", model.failure().orElse(null));
        body.put("kept", model.serving().map(VersionView::kept).orElse(false));
        return body;
    }

    private static ObjectNode version(VersionView version) {
        ObjectNode body = JsonBody.MAPPER
                .createObjectNode()
                .put("version", version.digest())
                .put("state", version.stage().word())
                .put("path", version.spec().path().toString())
                .put("slots", version.slots())
                .put("max_tokens", version.maxTokens())
                .put("memory_mib", MemoryBudget.mib(version.memoryBytes()))
                .put("requests", version.uses());
        version.model()
                .ifPresent(model -> body.put("engine", model.engine())
                        .put("weights", model.loaded().weights().spelled()));
        return body;
    }
}
