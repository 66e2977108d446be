package io.autoglm.protocol.openai;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/// One entry of `GET /v1/models`.
///
/// @param created     seconds since the epoch
/// @param maxModelLen tokens of prompt and answer together, the name vLLM gives it; null where an instance does not say
@JsonNaming(SnakeCaseStrategy.class)
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelCard(
        String id,
        String object,
        long created,
        String ownedBy,
        @Nullable Integer maxModelLen) {

    public static ModelCard of(String id, long created, @Nullable Integer maxModelLen) {
        return new ModelCard(id, "model", created, "autoglm", maxModelLen);
    }
}
