package io.autoglm.protocol.openai;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;

/// The body of `GET /v1/models`.
@JsonIgnoreProperties(ignoreUnknown = true)
public record ModelList(String object, List<ModelCard> data) {

    public static ModelList of(List<ModelCard> models) {
        return new ModelList("list", List.copyOf(models));
    }
}
