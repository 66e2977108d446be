package io.autoglm.inference.api;

import io.autoglm.inference.Instance;
import io.autoglm.inference.RequestRoom;
import io.autoglm.inference.ServingConfig;
import io.autoglm.inference.repository.Models;
import io.autoglm.inference.sampling.InvalidParameterException;
import io.autoglm.service.http.BodyBudget;
import io.autoglm.service.http.BodyReader;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jboss.logging.Logger;

/// Every route of an instance but `/metrics`. Asked in this order: may the caller, is there room, is the body
/// within its bounds. Then the request has a virtual thread, which waits: first for {@link Preparation} to
/// compute what there is to compute, then for the tokens of the answer.
@ApplicationScoped
public class Routes {

    private static final Logger LOG = Logger.getLogger(Routes.class);

    /// It was made by another service, in the same network.
    private static final Duration BODY_WITHIN = Duration.ofSeconds(60);

    /// More than the models of an instance have places for; {@link RequestRoom} is what bounds them.
    private static final int MOST_PREPARED = 4096;

    private final Instance instance;
    private final Models models;
    private final ServingConfig config;
    private final RequestRoom room;
    private final BodyBudget bodies;
    private final Preparation preparation;
    private final Access access;

    Routes(Instance instance, Models models, ServingConfig config, RequestRoom room) {
        this.instance = instance;
        this.models = models;
        this.config = config;
        this.room = room;
        this.bodies = BodyBudget.ofAll(config.maxBodies().asLongValue());
        this.preparation = new Preparation(Preparation.width(), MOST_PREPARED);
        this.access = Access.of(config);
    }

    @PreDestroy
    void close() {
        preparation.close();
    }

    void install(@Observes Router router) {
        router.get("/health").handler(context -> Health.answer(exchange(context), instance, models.repository()));
        Endpoints endpoints = new Endpoints(instance, models.repository());
        post(router, "/v1/chat/completions", endpoints.ofModel(ChatCompletions::prepare));
        post(router, "/v1/completions", endpoints.ofModel(Completions::prepare));
        long mostBytes = config.embedding().maxAnswer().asLongValue();
        post(
                router,
                "/v1/embeddings",
                endpoints.ofModel((exchange, model) -> Embeddings.prepare(exchange, model, mostBytes)));
        post(router, "/v1/rerank", endpoints.ofModel(Rerank::prepare));
        post(router, "/rerank", endpoints.ofModel(Rerank::prepare));
        post(router, "/tokenize", endpoints.ofOnlyModel(Tokenization::tokenize));
        post(router, "/detokenize", endpoints.ofOnlyModel(Tokenization::detokenize));
        get(router, "/v1/models", endpoints.whenReady(exchange -> ModelCards.list(exchange, models.repository())));
        get(router, "/v1/models/:id", endpoints.whenReady(exchange -> ModelCards.one(exchange, models.repository())));
        get(router, "/admin/models", (exchange, held) -> ModelAdmin.list(exchange, models));
        endpoints(
                router,
                "/admin/models/:name",
                Map.of(
                        HttpMethod.GET,
                        (exchange, held) -> ModelAdmin.one(exchange, models),
                        HttpMethod.PUT,
                        endpoints.whenReady(exchange -> ModelAdmin.put(exchange, models)),
                        HttpMethod.DELETE,
                        endpoints.whenReady(exchange -> ModelAdmin.delete(exchange, models))));
        router.route()
                .last()
                .handler(context -> refuse(
                        exchange(context),
                        new Refusal.NoSuchRoute(context.request().method().name(), context.normalizedPath())));
    }

    private void post(Router router, String path, Endpoint endpoint) {
        endpoints(router, path, Map.of(HttpMethod.POST, endpoint));
    }

    private void get(Router router, String path, Endpoint endpoint) {
        endpoints(router, path, Map.of(HttpMethod.GET, endpoint));
    }

    private void endpoints(Router router, String path, Map<HttpMethod, Endpoint> endpoints) {
        endpoints.forEach((method, endpoint) ->
                router.route(method, path).handler(context -> admit(context, exchange(context), endpoint)));
        router.route(path)
                .handler(context -> refuse(
                        exchange(context),
                        new Refusal.WrongMethod(context.request().method().name(), context.normalizedPath())));
    }

    private void admit(RoutingContext context, Exchange exchange, Endpoint endpoint) {
        HttpServerRequest request = context.request();
        boolean hasBody = hasBody(request);
        String type = request.getHeader("content-type");
        if (!access.allows(request)) {
            refuse(exchange, new Refusal.Unauthorized());
        } else if (hasBody && type != null && !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            refuse(exchange, new Refusal.WrongContentType(type));
        } else {
            room.enter()
                    .ifPresentOrElse(
                            place -> enter(context, exchange, endpoint, place), () -> refuse(exchange, full()));
        }
    }

    private static boolean hasBody(HttpServerRequest request) {
        return request.method().equals(HttpMethod.POST) || request.method().equals(HttpMethod.PUT);
    }

    private Refusal full() {
        return instance.leaving()
                ? new Refusal.Draining()
                : new Refusal.Busy(room.limit() + " requests are being answered already");
    }

    private void enter(RoutingContext context, Exchange exchange, Endpoint endpoint, RequestRoom.Place place) {
        exchange.onEnd(place::leaveUnlessKept);
        if (!hasBody(context.request())) {
            start(exchange, endpoint, place, bodies.open());
            return;
        }
        BodyBudget.Share share = bodies.open();
        exchange.onEnd(share::close);
        BodyReader.read(
                        context.vertx(),
                        context.request(),
                        share,
                        config.maxBody().asLongValue(),
                        BODY_WITHIN)
                .onSuccess(body -> {
                    if (body instanceof BodyReader.Body.Whole(Buffer bytes)) {
                        exchange.body(bytes.getBytes());
                        start(exchange, endpoint, place, share);
                    } else {
                        exchange.closeAfterwards();
                        refuse(exchange, unread(body));
                    }
                });
    }

    private Refusal unread(BodyReader.Body body) {
        return switch (body) {
            case BodyReader.Body.TooLong(long limit) -> new Refusal.TooLarge(limit);
            case BodyReader.Body.TooSlow(Duration limit) -> new Refusal.BodyTooSlow(limit.toSeconds());
            case BodyReader.Body.NoRoom none -> noRoom();
            case BodyReader.Body.NoRoomForTheAccount none -> noRoom();
            case BodyReader.Body.Whole whole -> throw new IllegalArgumentException("it was read");
        };
    }

    private Refusal noRoom() {
        return new Refusal.Busy("Request bodies of " + bodies.limitBytes() + " bytes are being read already");
    }

    private void start(Exchange exchange, Endpoint endpoint, RequestRoom.Place place, BodyBudget.Share share) {
        if (!place.keep()) {
            return;
        }
        Thread.ofVirtual().name("request-" + exchange.id()).start(() -> {
            try {
                answer(exchange, endpoint, share);
            } finally {
                share.close();
                place.leave();
            }
        });
    }

    private void answer(Exchange exchange, Endpoint endpoint, BodyBudget.Share share) {
        try (Held held = new Held()) {
            Reply reply = preparation.run(() -> prepare(exchange, endpoint, held));
            exchange.body(new byte[0]);
            share.close();
            reply.give();
        } catch (RefusedException e) {
            refuse(exchange, e.refusal());
        } catch (InvalidParameterException e) {
            refuse(exchange, new Refusal.Invalid(String.valueOf(e.getMessage()), e.param()));
        } catch (ClientGoneException e) {
            LOG.debugf("client has gone traceId=%s", exchange.traceId());
        } catch (InterruptedException e) {
            refuse(exchange, new Refusal.Draining());
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "request failed traceId=%s", exchange.traceId());
            refuse(exchange, new Refusal.Broken("The request failed; see the log of this instance"));
        }
    }

    private Reply prepare(Exchange exchange, Endpoint endpoint, Held held) {
        if (exchange.gone()) {
            throw new ClientGoneException();
        }
        return endpoint.prepare(exchange, held);
    }

    private static void refuse(Exchange exchange, Refusal refusal) {
        exchange.refuse(ErrorBody.of(refusal));
    }

    private Exchange exchange(RoutingContext context) {
        return new Exchange(context, config.requestTimeout(), instance::leaving);
    }
}
