package io.autoglm.context.api;

import io.autoglm.context.conversation.Outcome;
import io.autoglm.context.conversation.Refusal;
import io.autoglm.protocol.ApiError;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Outcome → status, for the whole service.
final class Answer {
    private Answer() {}

    static <T> Response of(Outcome<T> outcome, Function<T, Response> done) {
        return switch (outcome) {
            case Outcome.Done<T>(T value) -> done.apply(value);
            case Outcome.Refused<T>(Refusal reason) -> of(reason);
        };
    }

    static Response ok(Object body) {
        return Response.ok(body, MediaType.APPLICATION_JSON_TYPE).build();
    }

    static Response of(Refusal refusal) {
        return switch (refusal) {
            case Refusal.Invalid(@Nullable String param, String message) ->
                fault(400, param == null ? message : param + ": " + message, param, null);
            case Refusal.TooLarge(@Nullable String param, long limit) ->
                fault(413, "more than the limit of " + limit + " bytes", param, "too_large");
            case Refusal.NotFound(String id) ->
                fault(404, "there is no conversation '" + id + "'", "id", "conversation_not_found");
            case Refusal.AlreadyThere(String id) ->
                fault(409, "there is a conversation '" + id + "' already", "id", "conversation_exists");
            case Refusal.Moved(long expected, long version) ->
                fault(
                        409,
                        "the conversation stands at version " + version + ", not " + expected,
                        "expectedVersion",
                        "version_conflict");
            case Refusal.Unavailable(int seconds) -> later("conversations cannot be reached at the moment", seconds);
            case Refusal.NoWrites(int seconds) ->
                later("the store of conversations refuses at the moment: an operator must look at it", seconds);
        };
    }

    private static Response later(String message, int seconds) {
        return Response.fromResponse(error(503, ApiError.of(message, ApiError.SERVER, null, "context_unavailable")))
                .header(HttpHeaders.RETRY_AFTER, seconds)
                .build();
    }

    static Response unauthenticated() {
        return error(
                401,
                ApiError.of(
                        "this is an internal service: its token is missing or wrong",
                        ApiError.AUTHENTICATION,
                        null,
                        "invalid_internal_token"));
    }

    /// What the framework refused before a route was reached: an unknown path, method or content type.
    static Response unroutable(int status, String message) {
        return fault(status, message, null, null);
    }

    static Response broken() {
        return error(500, ApiError.of("the service failed at this request", ApiError.SERVER, null, "internal_error"));
    }

    private static Response fault(int status, String message, @Nullable String param, @Nullable String code) {
        return error(status, ApiError.of(message, ApiError.INVALID_REQUEST, param, code));
    }

    private static Response error(int status, ApiError body) {
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(body)
                .build();
    }
}
