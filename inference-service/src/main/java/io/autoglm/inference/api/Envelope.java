package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.protocol.openai.Usage;

/// What every chunk of an answer repeats.
///
/// @param created     seconds since the epoch
/// @param fingerprint names the model's version, as OpenAI's `system_fingerprint` names its backend's
record Envelope(String id, long created, String model, String fingerprint) {

    ObjectNode of(String object) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("object", object)
                .put("created", created)
                .put("model", model)
                .put("system_fingerprint", fingerprint);
    }

    static void put(ObjectNode body, Usage usage) {
        body.set("usage", JsonBody.MAPPER.valueToTree(usage));
    }
}
