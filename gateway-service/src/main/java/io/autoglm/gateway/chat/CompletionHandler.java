package io.autoglm.gateway.chat;

import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.ProblemWriter;
import io.autoglm.gateway.gate.Decision;
import io.autoglm.gateway.gate.Gate;
import io.autoglm.gateway.gate.Permit;
import io.autoglm.gateway.http.Trace;
import io.autoglm.gateway.identity.Caller;
import io.autoglm.service.http.BodyBudget;
import io.autoglm.service.http.BodyReader;
import io.autoglm.service.http.BodyReader.Body;
import io.autoglm.service.http.Farewell;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The first steps of the one path: what can refuse a request before it is known what it asks for.
///
/// 1. identity was settled before this handler
/// 2. the gate: before the body, which costs memory and time, so that those are bounded per caller too
/// 3. type, size and shape of the body; then the {@link Entrance} admits it
@Singleton
public final class CompletionHandler {
    private final Services services;
    private final Gate gate;
    private final Entrance entrance;
    private final ProblemWriter problems;
    private final RequestParser parser;
    private final BodyBudget bodies;

    CompletionHandler(Services services, Gate gate, Entrance entrance, ProblemWriter problems, MeterRegistry metrics) {
        this.services = services;
        this.gate = gate;
        this.entrance = entrance;
        this.problems = problems;
        this.parser = new RequestParser(services.config().maxMessages());
        this.bodies = BodyBudget.amongAccounts(
                services.config().maxBodiesBytes(), services.config().maxBodyBytes());
        Gauge.builder("autoglm.bodies.bytes", bodies, BodyBudget::heldBytes)
                .description("Request bodies that are held, bytes")
                .register(metrics);
    }

    public void routes(Router router) {
        for (Endpoint endpoint : Endpoint.values()) {
            endpoint.paths().forEach(path -> router.post(path).handler(rc -> handle(rc, endpoint)));
        }
    }

    /// Whether there is something to POST to at a path.
    public boolean knows(String path) {
        return Arrays.stream(Endpoint.values())
                .anyMatch(endpoint -> endpoint.paths().contains(path));
    }

    private void handle(RoutingContext rc, Endpoint endpoint) {
        Arrival arrival =
                new Arrival(Trace.of(rc), Caller.of(rc), services.nanoClock().getAsLong());
        Decision decision = gate.enter(arrival.caller());
        decision.rates().writeTo(rc.response().headers());
        switch (decision) {
            case Decision.Shed shed -> refuseUnread(rc, Problem.rateLimited(shed.message(), shed.retryAfterSeconds()));
            case Decision.Admitted admitted -> {
                Permit permit = admitted.permit();
                Held held = new Held(permit, bodies.open(permit.bodies()));
                try {
                    read(rc, endpoint, held, arrival);
                } catch (RuntimeException e) {
                    held.release();
                    throw e;
                }
            }
        }
    }

    private void read(RoutingContext rc, Endpoint endpoint, Held held, Arrival arrival) {
        @Nullable String type = rc.request().getHeader("Content-Type");
        if (type == null || !isJson(type)) {
            held.release();
            refuseUnread(rc, Problem.unsupportedContentType(type == null ? "" : type));
            return;
        }
        ChatConfig config = services.config();
        BodyReader.read(services.vertx(), rc.request(), held.share(), config.maxBodyBytes(), config.bodyTimeout())
                .onFailure(gone -> held.release())
                .onSuccess(body -> {
                    try {
                        arrived(rc, endpoint, body, held, arrival);
                    } catch (RuntimeException e) {
                        held.release();
                        rc.fail(e);
                    }
                });
    }

    private void arrived(RoutingContext rc, Endpoint endpoint, Body body, Held held, Arrival arrival) {
        switch (body) {
            case Body.Whole whole -> entrance.admit(rc, parser.parse(endpoint, whole.bytes()), held, arrival);
            case Body.TooLong tooLong -> {
                held.release();
                refuseAndClose(rc, Problem.tooLarge(tooLong.limitBytes()));
            }
            case Body.NoRoom noRoom -> {
                held.release();
                refuseUnread(
                        rc,
                        Problem.unavailable("The gateway holds as many request bodies as it can.", "gateway_busy", 1));
            }
            case Body.NoRoomForTheAccount noRoom -> {
                held.release();
                refuseUnread(
                        rc, Problem.rateLimited("The bodies of your open requests are as many bytes as allowed.", 1));
            }
            case Body.TooSlow tooSlow -> {
                held.release();
                refuseAndClose(rc, Problem.tooSlow(Math.max(1, tooSlow.limit().toSeconds())));
            }
        }
    }

    private static boolean isJson(String contentType) {
        String media = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return media.equals("application/json");
    }

    /// Before the body was read. One of an honest size is thrown away as it comes, and the connection lives on.
    private void refuseUnread(RoutingContext rc, Problem problem) {
        HttpServerRequest request = rc.request();
        if (announcedBytes(request) > services.config().maxBodyBytes()) {
            refuseAndClose(rc, problem);
        } else {
            request.resume();
            problems.write(rc.response(), problem);
        }
    }

    /// In the middle of the body: the connection goes with the answer.
    private void refuseAndClose(RoutingContext rc, Problem problem) {
        Farewell.announce(rc.request());
        Farewell.after(problems.write(rc.response(), problem), services.vertx(), rc.request());
    }

    /// What the request says of its body's length; a length that is not said may be any.
    private static long announcedBytes(HttpServerRequest request) {
        @Nullable String length = request.getHeader("Content-Length");
        return length != null && length.matches("[0-9]{1,18}") ? Long.parseLong(length) : Long.MAX_VALUE;
    }
}
