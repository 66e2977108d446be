package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.protocol.ApiError;
import org.jspecify.annotations.Nullable;

/// The one place that turns a refusal into a status and OpenAI's error body.
///
/// @param retryAfterSeconds for the `Retry-After` header; 0 for none
/// @param close             the connection is closed after the answer
record ErrorBody(int status, ApiError error, int retryAfterSeconds, boolean close) {

    static ErrorBody of(Refusal refusal) {
        return switch (refusal) {
            case Refusal.Invalid(String message, String param, String code) ->
                of(400, message, ApiError.INVALID_REQUEST, param, code);
            case Refusal.UnknownModel(String model) ->
                of(
                        404,
                        "The model `" + model + "` does not exist",
                        ApiError.INVALID_REQUEST,
                        "model",
                        "model_not_found");
            case Refusal.Conflict(String message, String param, String code) ->
                of(409, message, ApiError.INVALID_REQUEST, param, code);
            case Refusal.Unservable(String message) ->
                of(422, message, ApiError.INVALID_REQUEST, "path", "model_not_servable");
            // RFC 4918, 11.5: cannot store what is asked, for now, and it must not be repeated without a decision.
            case Refusal.NoMemory(String message) -> of(507, message, ApiError.SERVER, null, "insufficient_memory");
            case Refusal.NoSuchRoute(String method, String path) ->
                of(404, "Unknown request URL: " + method + " " + path, ApiError.INVALID_REQUEST, null, "unknown_url");
            case Refusal.WrongMethod(String method, String path) ->
                of(
                        405,
                        "Not allowed to " + method + " on " + path,
                        ApiError.INVALID_REQUEST,
                        null,
                        "method_not_allowed");
            case Refusal.WrongContentType(String contentType) ->
                of(
                        415,
                        "Unsupported content type '" + contentType + "': the body must be application/json",
                        ApiError.INVALID_REQUEST,
                        null,
                        "unsupported_media_type");
            case Refusal.TooLarge(long limit) ->
                new ErrorBody(
                        413,
                        ApiError.of(
                                "The request body is larger than " + limit + " bytes",
                                ApiError.INVALID_REQUEST,
                                null,
                                "request_too_large"),
                        0,
                        true);
            case Refusal.BodyTooSlow(long seconds) ->
                new ErrorBody(
                        408,
                        ApiError.of(
                                "The request body did not come within " + seconds + " seconds",
                                ApiError.INVALID_REQUEST,
                                null,
                                "request_timeout"),
                        0,
                        true);
            case Refusal.Unauthorized() ->
                of(
                        401,
                        "This instance answers only to its suite: the internal token is missing or wrong",
                        ApiError.AUTHENTICATION,
                        null,
                        "invalid_internal_token");
            case Refusal.Busy(String why) -> later(503, why, "overloaded", 1, false);
            case Refusal.NotReady(String why) -> later(503, why, "not_ready", 2, false);
            case Refusal.Draining() -> later(503, "The instance is shutting down", "draining", 1, true);
            case Refusal.TooLate(String message) -> of(504, message, ApiError.SERVER, null, "deadline_exceeded");
            case Refusal.Broken(String message) -> of(500, message, ApiError.SERVER, null, "engine_failed");
        };
    }

    JsonNode json() {
        ApiError.Detail detail = error.error();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putObject("error")
                .put("message", detail.message())
                .put("type", detail.type())
                .put("param", detail.param())
                .put("code", detail.code());
        return body;
    }

    private static ErrorBody of(
            int status, String message, String type, @Nullable String param, @Nullable String code) {
        return new ErrorBody(status, ApiError.of(message, type, param, code), 0, false);
    }

    private static ErrorBody later(int status, String message, String code, int retryAfterSeconds, boolean close) {
        return new ErrorBody(status, ApiError.of(message, ApiError.SERVER, null, code), retryAfterSeconds, close);
    }
}
