package io.autoglm.inference.api;

import io.autoglm.inference.ServingModel;

/// The `model` field.
final class ModelName {

    private ModelName() {}

    static void check(Fields request, ServingModel model) {
        String asked = request.requiredText("model");
        if (!asked.equals(model.name())) {
            throw new RefusedException(new Refusal.UnknownModel(asked));
        }
    }
}
