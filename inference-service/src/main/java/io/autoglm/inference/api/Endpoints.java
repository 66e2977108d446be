package io.autoglm.inference.api;

import io.autoglm.inference.Instance;
import io.autoglm.inference.Life;
import io.autoglm.inference.ServingModel;
import io.autoglm.inference.repository.ModelRepository;
import io.autoglm.inference.repository.Use;
import java.util.function.Function;

/// Endpoints that need a model, or at least an instance whose models are loaded.
record Endpoints(Instance instance, ModelRepository models) {

    /// Of the model that the request is for.
    @FunctionalInterface
    interface OfModel {
        Reply prepare(Exchange exchange, ServingModel model);
    }

    /// Of the model that the request names.
    Endpoint ofModel(OfModel endpoint) {
        return using(exchange -> ModelName.required(exchange.fields(), models), endpoint);
    }

    /// As [#ofModel], but where there is only one a request needs not name it.
    Endpoint ofOnlyModel(OfModel endpoint) {
        return using(exchange -> ModelName.orOnly(exchange.fields(), models), endpoint);
    }

    private Endpoint using(Function<Exchange, Use> naming, OfModel endpoint) {
        return (exchange, held) -> {
            mustBeReady();
            return endpoint.prepare(exchange, held.hold(naming.apply(exchange)));
        };
    }

    Endpoint whenReady(Function<Exchange, Reply> endpoint) {
        return (exchange, held) -> {
            mustBeReady();
            return endpoint.apply(exchange);
        };
    }

    private void mustBeReady() {
        switch (instance.life()) {
            case Life.Ready() -> {}
            case Life.Starting() -> throw new RefusedException(new Refusal.NotReady("The model is being loaded"));
            case Life.Draining() -> throw new RefusedException(new Refusal.Draining());
            case Life.Stopped() -> throw new RefusedException(new Refusal.Draining());
            case Life.Unservable(String why) -> throw new RefusedException(new Refusal.NotReady(why));
        }
    }
}
