package io.autoglm.gateway.chat;

import io.autoglm.gateway.admission.Admission;
import io.autoglm.gateway.admission.Decision;
import io.autoglm.gateway.admission.Permit;
import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.ProblemWriter;
import io.autoglm.gateway.http.Trace;
import io.autoglm.gateway.identity.Caller;
import io.autoglm.protocol.Headers;
import io.autoglm.service.http.BodyBudget;
import io.autoglm.service.http.BodyReader;
import io.autoglm.service.http.BodyReader.Body;
import io.autoglm.service.http.Farewell;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The first half of the one path: all that can refuse a request before anybody else is asked.
///
/// 1. identity was settled before this handler
/// 2. admission: before the body, which costs memory and time, so that those are bounded per caller too; a
///    request that turns out to be wrong has cost its token
/// 3. rules: type, size and shape of the body, the session's name, the models this caller may use; then a
///    {@link Completion} takes over and answers for the permit
@Singleton
public final class CompletionHandler {
    private static final Pattern SESSION = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._:@-]{0,127}");

    private final Services services;
    private final Admission admission;
    private final ProblemWriter problems;
    private final RequestParser parser;
    private final BodyBudget bodies;

    CompletionHandler(Services services, Admission admission, ProblemWriter problems, MeterRegistry metrics) {
        this.services = services;
        this.admission = admission;
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
        Decision decision = admission.admit(arrival.caller());
        decision.usage().writeTo(rc.response().headers());
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
            case Body.Whole whole -> {
                @Nullable Problem problem = begin(rc, endpoint, whole.bytes(), held, arrival);
                if (problem != null) {
                    held.release();
                    problems.write(rc.response(), problem);
                }
            }
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

    /// @return why the request cannot go on; null when it does
    private @Nullable Problem begin(RoutingContext rc, Endpoint endpoint, Buffer body, Held held, Arrival arrival) {
        return switch (parser.parse(endpoint, body)) {
            case RequestParser.Parsed.Wrong wrong -> wrong.problem();
            case RequestParser.Parsed.Valid valid -> {
                CompletionRequest request = valid.request();
                @Nullable String session = rc.request().getHeader(Headers.SESSION_ID);
                @Nullable Problem problem = problem(arrival.caller(), request, session);
                if (problem == null) {
                    new Completion(services, rc.response(), arrival, held, request, session).run();
                }
                yield problem;
            }
        };
    }

    private @Nullable Problem problem(Caller caller, CompletionRequest request, @Nullable String session) {
        if (!caller.mayUse(request.model())) {
            return Problem.forbidden(
                    "This key may not use the model '" + request.model() + "'.", "model", "model_not_allowed");
        }
        if (session == null) {
            return null;
        }
        @Nullable Problem problem = sessionProblem(session, request);
        return problem == null ? services.recall().refusal(request.messages()) : problem;
    }

    private static @Nullable Problem sessionProblem(String session, CompletionRequest request) {
        if (!SESSION.matcher(session).matches()) {
            return Problem.invalid(
                    "X-Session-Id must be 1 to 128 of letters, digits and . _ : @ - that begin with a letter, a digit or _.",
                    "X-Session-Id");
        }
        if (request.endpoint() != Endpoint.CHAT) {
            return Problem.invalid("Only /v1/chat/completions remembers a session.", "X-Session-Id");
        }
        if (request.json().path("n").asInt(1) > 1) {
            return Problem.invalid("'n' must be 1 with X-Session-Id: one answer continues a conversation.", "n");
        }
        return null;
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
