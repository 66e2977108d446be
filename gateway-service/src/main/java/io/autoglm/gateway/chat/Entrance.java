package io.autoglm.gateway.chat;

import io.autoglm.gateway.admission.Admission;
import io.autoglm.gateway.admission.Outcome;
import io.autoglm.gateway.chat.RequestParser.Parsed;
import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.ProblemWriter;
import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.queue.Turn;
import io.autoglm.gateway.queue.WaitingRooms;
import io.autoglm.gateway.quota.Claim;
import io.autoglm.gateway.quota.RateHeaders;
import io.autoglm.gateway.quota.Tokens;
import io.autoglm.protocol.Headers;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// From a request that was read to one that runs:
///
/// 1. admission by all limits, now that the model and the tokens are known; a request that turns out to be wrong
///    has cost its place as well
/// 2. rules: the session's name, the models this caller may use
/// 3. a slot of the model, for which it may have to wait
/// 4. a {@link Completion} takes over and answers for all that was entered with
@Singleton
final class Entrance {
    private static final Pattern SESSION = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._:@-]{0,127}");

    private final Services services;
    private final Admission admission;
    private final Estimates estimates;
    private final WaitingRooms rooms;
    private final ProblemWriter problems;

    Entrance(Services services, Admission admission, Estimates estimates, WaitingRooms rooms, ProblemWriter problems) {
        this.services = services;
        this.admission = admission;
        this.estimates = estimates;
        this.rooms = rooms;
        this.problems = problems;
    }

    // 1. admission

    /// @param held is released in any case
    void admit(RoutingContext rc, Parsed parsed, Held held, Arrival arrival) {
        String model = "";
        Tokens estimate = Tokens.NONE;
        if (parsed instanceof Parsed.Valid valid) {
            model = valid.request().model();
            estimate = estimates.of(valid.request());
        }
        Claim claim = admission.claim(arrival.caller(), arrival.trace().requestId(), model, estimate);
        admission
                .admit(claim, model)
                .onFailure(e -> {
                    held.release();
                    rc.fail(e);
                })
                .onSuccess(outcome -> decided(rc, outcome, parsed, held, arrival));
    }

    private void decided(RoutingContext rc, Outcome outcome, Parsed parsed, Held held, Arrival arrival) {
        RateHeaders rates = outcome.rates();
        held.permit().stands(rates);
        rates.writeTo(rc.response().headers());
        if (outcome.local()) {
            rc.response().putHeader(Headers.DEGRADED, Outcome.LIMITS_LOCAL);
        }
        switch (outcome) {
            case Outcome.Refused refused -> {
                held.release();
                AdmissionProblems.headers(refused.why()).forEach(rc.response()::putHeader);
                problems.write(rc.response(), AdmissionProblems.of(refused.why()));
            }
            case Outcome.Admitted admitted -> {
                Entered entered = new Entered(held, admitted.reservation());
                try {
                    judge(rc, parsed, entered, arrival);
                } catch (RuntimeException e) {
                    entered.leave(Tokens.NONE);
                    rc.fail(e);
                }
            }
        }
    }

    // 2. rules

    private void judge(RoutingContext rc, Parsed parsed, Entered entered, Arrival arrival) {
        @Nullable
        Problem problem = switch (parsed) {
            case Parsed.Wrong wrong -> wrong.problem();
            case Parsed.Valid valid -> {
                CompletionRequest request = valid.request();
                @Nullable String session = rc.request().getHeader(Headers.SESSION_ID);
                @Nullable String urgency = rc.request().getHeader(Urgency.HEADER);
                @Nullable Problem wrong = problem(arrival.caller(), request, session);
                wrong = wrong == null ? Urgency.problem(urgency) : wrong;
                if (wrong == null) {
                    PriorityClass priority = Urgency.of(urgency, request, arrival.caller());
                    queue(rc, entered, arrival, new Wanted(request.of(priority), session));
                }
                yield wrong;
            }
        };
        if (problem != null) {
            entered.leave(Tokens.NONE);
            problems.write(rc.response(), problem);
        }
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

    // 3. a slot

    /// @param session the client's own name for the conversation; null where there is none
    private record Wanted(
            CompletionRequest request, @Nullable String session) {}

    private void queue(RoutingContext rc, Entered entered, Arrival arrival, Wanted wanted) {
        HttpServerResponse response = rc.response();
        // Confined to the event loop of the request.
        boolean[] over = {false};
        WaitingRooms.Place place = rooms.enter(
                wanted.request().model(),
                arrival.caller().tenant(),
                wanted.request().priority(),
                entered.reservation().reserved().total(),
                turn -> {
                    if (!over[0]) {
                        over[0] = true;
                        turned(rc, turn, entered, arrival, wanted);
                    } else if (turn instanceof Turn.Go(var slot)) {
                        slot.release();
                    }
                });
        if (over[0]) {
            return;
        }
        Runnable gone = () -> {
            if (!over[0]) {
                over[0] = true;
                place.leave();
                entered.leave(Tokens.NONE);
            }
        };
        response.closeHandler(closed -> gone.run());
        if (response.closed()) {
            gone.run();
        }
    }

    private void turned(RoutingContext rc, Turn turn, Entered entered, Arrival arrival, Wanted wanted) {
        switch (turn) {
            case Turn.Shed shed -> {
                entered.leave(Tokens.NONE);
                problems.write(rc.response(), AdmissionProblems.of(shed));
            }
            case Turn.Go(var slot) -> {
                Entered going = entered.with(slot);
                try {
                    new Completion(services, rc.response(), arrival, going, wanted.request(), wanted.session()).run();
                } catch (RuntimeException e) {
                    going.leave(Tokens.NONE);
                    rc.fail(e);
                }
            }
        }
    }
}
