package io.autoglm.inference.api;

import io.autoglm.inference.ServingModel;
import io.autoglm.inference.repository.ModelRepository;
import io.autoglm.inference.repository.ModelView;
import io.autoglm.inference.repository.Use;
import java.util.List;

/// The `model` field.
final class ModelName {

    private ModelName() {}

    /// The model that the request names.
    ///
    /// @throws RefusedException if there is none of that name
    static Use required(Fields request, ModelRepository models) {
        return use(request.requiredText("model"), models);
    }

    /// As [#required], or the only model there is where the request names none.
    static Use orOnly(Fields request, ModelRepository models) {
        if (request.has("model")) {
            return required(request, models);
        }
        List<ServingModel> all = models.serving();
        if (all.size() > 1) {
            throw request.wrong("model", "is required, since there are several here");
        }
        return use(all.stream().findFirst().map(ServingModel::name).orElse(""), models);
    }

    private static Use use(String name, ModelRepository models) {
        return models.use(name).orElseThrow(() -> new RefusedException(absent(name, models)));
    }

    private static Refusal absent(String name, ModelRepository models) {
        boolean coming = models.find(name).flatMap(ModelView::next).isPresent();
        return coming ? new Refusal.NotReady("The model is being loaded") : new Refusal.UnknownModel(name);
    }
}
