package io.autoglm.inference.api;

import io.autoglm.inference.Instance;
import io.autoglm.inference.Life;
import io.autoglm.inference.RequestRoom;
import io.autoglm.inference.ServingConfig;
import io.autoglm.inference.ServingModel;
import io.autoglm.inference.sampling.InvalidParameterException;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Locale;
import org.jboss.logging.Logger;

/// Every route of an instance but `/metrics`. Asked in this order: may the caller, is the instance there, is the body
/// JSON and within its bound, is there room; then the endpoint answers on a virtual thread of its own.
@ApplicationScoped
public class Routes {

    private static final Logger LOG = Logger.getLogger(Routes.class);

    /// Answers one request, blocking as it likes.
    @FunctionalInterface
    private interface Endpoint {
        void answer(Exchange exchange, ServingModel model) throws InterruptedException;
    }

    private final Instance instance;
    private final ServingConfig config;
    private final RequestRoom room;
    private final Access access;

    Routes(Instance instance, ServingConfig config, RequestRoom room) {
        this.instance = instance;
        this.config = config;
        this.room = room;
        this.access = Access.of(config);
    }

    void install(@Observes Router router) {
        router.get("/health").handler(context -> Health.answer(exchange(context), instance));
        endpoint(router, HttpMethod.POST, "/v1/chat/completions", ChatCompletions::answer);
        endpoint(router, HttpMethod.POST, "/v1/completions", Completions::answer);
        endpoint(router, HttpMethod.GET, "/v1/models", Models::list);
        endpoint(router, HttpMethod.GET, "/v1/models/:id", Models::one);
        endpoint(router, HttpMethod.POST, "/tokenize", Tokenization::tokenize);
        endpoint(router, HttpMethod.POST, "/detokenize", Tokenization::detokenize);
        router.route()
                .last()
                .handler(context -> refuse(
                        context,
                        new Refusal.NoSuchRoute(context.request().method().name(), context.normalizedPath())));
    }

    private void endpoint(Router router, HttpMethod method, String path, Endpoint endpoint) {
        router.route(method, path).handler(this::admit);
        if (method.equals(HttpMethod.POST)) {
            long limit = config.maxBody().asLongValue();
            router.route(method, path)
                    .handler(BodyHandler.create(false).setBodyLimit(limit))
                    .failureHandler(context -> bodyFailed(context, limit));
        }
        router.route(method, path).handler(context -> serve(context, endpoint));
        router.route(path)
                .handler(context -> refuse(
                        context,
                        new Refusal.WrongMethod(context.request().method().name(), context.normalizedPath())));
    }

    private void admit(RoutingContext context) {
        String type = context.request().getHeader("content-type");
        if (!access.allows(context.request())) {
            refuse(context, new Refusal.Unauthorized());
        } else if (context.request().method().equals(HttpMethod.POST)
                && type != null
                && !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            refuse(context, new Refusal.WrongContentType(type));
        } else {
            context.next();
        }
    }

    private void bodyFailed(RoutingContext context, long limit) {
        if (context.statusCode() == 413) {
            refuse(context, new Refusal.TooLarge(limit));
        } else {
            LOG.debug("request body could not be read", context.failure());
            refuse(context, new Refusal.Invalid("The request body could not be read", null));
        }
    }

    private void serve(RoutingContext context, Endpoint endpoint) {
        Exchange exchange = exchange(context);
        if (!room.enter()) {
            exchange.refuse(ErrorBody.of(
                    instance.life() instanceof Life.Draining
                            ? new Refusal.Draining()
                            : new Refusal.Busy(room.limit() + " requests are being answered already")));
            return;
        }
        Thread.ofVirtual().name("request-" + exchange.id()).start(() -> {
            try {
                answer(exchange, endpoint);
            } finally {
                room.leave();
            }
        });
    }

    private void answer(Exchange exchange, Endpoint endpoint) {
        try {
            endpoint.answer(exchange, model());
        } catch (RefusedException e) {
            exchange.refuse(ErrorBody.of(e.refusal()));
        } catch (InvalidParameterException e) {
            exchange.refuse(ErrorBody.of(new Refusal.Invalid(String.valueOf(e.getMessage()), e.param())));
        } catch (ClientGoneException e) {
            LOG.debugf("client has gone traceId=%s", exchange.traceId());
        } catch (InterruptedException e) {
            exchange.refuse(ErrorBody.of(new Refusal.Draining()));
        } catch (RuntimeException | StackOverflowError e) {
            LOG.errorf(e, "request failed traceId=%s", exchange.traceId());
            exchange.refuse(ErrorBody.of(new Refusal.Broken("The request failed; see the log of this instance")));
        }
    }

    private ServingModel model() {
        return switch (instance.life()) {
            case Life.Ready(ServingModel model) -> model;
            case Life.Starting() -> throw new RefusedException(new Refusal.NotReady("The model is being loaded"));
            case Life.Warming(ServingModel model) ->
                throw new RefusedException(new Refusal.NotReady("The model is being warmed up"));
            case Life.Draining(ServingModel model) -> throw new RefusedException(new Refusal.Draining());
            case Life.Stopped() -> throw new RefusedException(new Refusal.Draining());
            case Life.Unservable(String why) -> throw new RefusedException(new Refusal.NotReady(why));
        };
    }

    private void refuse(RoutingContext context, Refusal refusal) {
        exchange(context).refuse(ErrorBody.of(refusal));
    }

    private Exchange exchange(RoutingContext context) {
        return new Exchange(context, config.requestTimeout());
    }
}
