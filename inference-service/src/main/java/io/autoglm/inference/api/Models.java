package io.autoglm.inference.api;

import io.autoglm.inference.ServingModel;
import io.autoglm.protocol.openai.ModelCard;
import io.autoglm.protocol.openai.ModelList;
import java.util.List;

/// `GET /v1/models` and `GET /v1/models/{id}`.
final class Models {

    private Models() {}

    static Reply list(Exchange exchange, ServingModel model) {
        return () -> exchange.respond(JsonBody.MAPPER.valueToTree(ModelList.of(List.of(card(model)))));
    }

    static Reply one(Exchange exchange, ServingModel model) {
        String asked = exchange.pathParameter("id");
        if (!model.name().equals(asked)) {
            throw new RefusedException(new Refusal.UnknownModel(String.valueOf(asked)));
        }
        return () -> exchange.respond(JsonBody.MAPPER.valueToTree(card(model)));
    }

    private static ModelCard card(ServingModel model) {
        return ModelCard.of(model.name(), model.created().getEpochSecond(), model.maxTokens());
    }
}
