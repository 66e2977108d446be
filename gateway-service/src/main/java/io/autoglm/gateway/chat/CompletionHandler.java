package io.autoglm.gateway.chat;

import io.autoglm.gateway.admission.Admission;
import io.autoglm.gateway.admission.Decision;
import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.ProblemWriter;
import io.autoglm.gateway.http.BodyReader;
import io.autoglm.gateway.http.BodyReader.Body;
import io.autoglm.gateway.identity.Caller;
import io.autoglm.protocol.Headers;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The first half of the one path: all that can refuse a request before anybody else is asked.
///
/// 1. identity was settled before this handler
/// 2. rules: type, size and shape of the body, the session's name, the models this caller may use
/// 3. admission: then a {@link Completion} takes over and answers for the permit
@Singleton
public final class CompletionHandler {
    private static final Pattern SESSION = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._:@-]{0,127}");

    private final Services services;
    private final Admission admission;
    private final ProblemWriter problems;
    private final RequestParser parser;

    CompletionHandler(Services services, Admission admission, ProblemWriter problems) {
        this.services = services;
        this.admission = admission;
        this.problems = problems;
        this.parser = new RequestParser(services.config().maxMessages());
    }

    public Handler<RoutingContext> chat() {
        return rc -> handle(rc, Endpoint.CHAT);
    }

    public Handler<RoutingContext> text() {
        return rc -> handle(rc, Endpoint.TEXT);
    }

    private void handle(RoutingContext rc, Endpoint endpoint) {
        long arrivedNanos = services.nanoClock().getAsLong();
        @Nullable String type = rc.request().getHeader("Content-Type");
        if (type == null || !isJson(type)) {
            refuse(rc, Problem.unsupportedContentType(type == null ? "" : type));
            return;
        }
        BodyReader.read(rc.request(), services.config().maxBodyBytes()).onSuccess(body -> {
            switch (body) {
                case Body.TooLong tooLong -> {
                    // What the client still sends is not read to its end: the connection goes with the answer.
                    rc.response().putHeader("Connection", "close");
                    refuse(rc, Problem.tooLarge(tooLong.limitBytes()));
                }
                case Body.Whole whole -> parsed(rc, endpoint, whole.bytes(), arrivedNanos);
            }
        });
    }

    private void parsed(RoutingContext rc, Endpoint endpoint, Buffer body, long arrivedNanos) {
        switch (parser.parse(endpoint, body)) {
            case RequestParser.Parsed.Wrong wrong -> refuse(rc, wrong.problem());
            case RequestParser.Parsed.Valid valid -> admit(rc, valid.request(), arrivedNanos);
        }
    }

    private void admit(RoutingContext rc, CompletionRequest request, long arrivedNanos) {
        Caller caller = Caller.of(rc);
        @Nullable String session = rc.request().getHeader(Headers.SESSION_ID);
        @Nullable Problem problem = sessionProblem(session, request);
        if (!caller.mayUse(request.model())) {
            problem = Problem.forbidden(
                    "This key may not use the model '" + request.model() + "'.", "model", "model_not_allowed");
        }
        if (problem != null) {
            refuse(rc, problem);
            return;
        }
        Decision decision = admission.admit(caller);
        decision.usage().writeTo(rc.response().headers());
        switch (decision) {
            case Decision.Shed shed -> refuse(rc, Problem.rateLimited(shed.message(), shed.retryAfterSeconds()));
            case Decision.Admitted admitted ->
                new Completion(services, rc, caller, request, session, admitted.permit(), arrivedNanos).run();
        }
    }

    private static @Nullable Problem sessionProblem(@Nullable String session, CompletionRequest request) {
        if (session == null) {
            return null;
        }
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

    private void refuse(RoutingContext rc, Problem problem) {
        problems.write(rc.response(), problem);
    }
}
