package io.autoglm.inference.api;

import io.autoglm.inference.ServingModel;
import io.autoglm.inference.repository.ModelRepository;
import io.autoglm.protocol.openai.ModelCard;
import io.autoglm.protocol.openai.ModelList;

/// `GET /v1/models` and `GET /v1/models/{id}`.
final class ModelCards {

    private ModelCards() {}

    static Reply list(Exchange exchange, ModelRepository models) {
        ModelList list =
                ModelList.of(models.serving().stream().map(ModelCards::card).toList());
        return () -> exchange.respond(JsonBody.MAPPER.valueToTree(list));
    }

    static Reply one(Exchange exchange, ModelRepository models) {
        String asked = String.valueOf(exchange.pathParameter("id"));
        ModelCard card = models.serving().stream()
                .filter(model -> model.name().equals(asked))
                .findFirst()
                .map(ModelCards::card)
                .orElseThrow(() -> new RefusedException(new Refusal.UnknownModel(asked)));
        return () -> exchange.respond(JsonBody.MAPPER.valueToTree(card));
    }

    private static ModelCard card(ServingModel model) {
        return ModelCard.of(model.name(), model.created().getEpochSecond(), model.maxTokens());
    }
}
