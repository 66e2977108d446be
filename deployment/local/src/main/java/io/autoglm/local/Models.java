package io.autoglm.local;

import io.autoglm.local.json.Json;
import io.autoglm.local.network.Loopback;
import java.util.Map;
import java.util.Optional;

/// What the gateway serves.
final class Models {
    private Models() {}

    private static final int TIMEOUT_MILLIS = 5_000;

    /// @param url the gateway's, without `/v1`
    static Optional<String> firstOf(String url, String key) {
        Loopback.Answer answer =
                Loopback.get(url + "/v1/models", Map.of("Authorization", "Bearer " + key), TIMEOUT_MILLIS);
        if (!answer.isOk()) return Optional.empty();
        return Json.parse(answer.body()).at("data").items().stream()
                .map(model -> model.at("id").text(""))
                .filter(id -> !id.isEmpty())
                .findFirst();
    }
}
