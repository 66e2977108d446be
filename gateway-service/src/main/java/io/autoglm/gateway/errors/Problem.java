package io.autoglm.gateway.errors;

import io.autoglm.protocol.ApiError;
import org.jspecify.annotations.Nullable;

/// An answer that is not what was asked for. Each factory below is one row of the table "outcome → status";
/// nothing else in the gateway chooses a status.
///
/// @param retryAfterSeconds for `Retry-After`; 0 sends none
public record Problem(int status, ApiError body, long retryAfterSeconds) {

    public Problem {
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status: must be 400…599, was " + status);
        }
    }

    /// @param param the field at fault; null where no single one is
    public static Problem invalid(String message, @Nullable String param) {
        return invalid(message, param, null);
    }

    public static Problem invalid(String message, @Nullable String param, @Nullable String code) {
        return new Problem(400, ApiError.of(message, ApiError.INVALID_REQUEST, param, code), 0);
    }

    public static Problem unauthenticated(String message) {
        return new Problem(401, ApiError.of(message, ApiError.AUTHENTICATION, null, "invalid_api_key"), 0);
    }

    public static Problem forbidden(String message, @Nullable String param, String code) {
        return new Problem(403, ApiError.of(message, ApiError.PERMISSION, param, code), 0);
    }

    public static Problem noSuchRoute(String method, String path) {
        return new Problem(
                404,
                ApiError.of(
                        "Unknown request URL: " + method + " " + path, ApiError.INVALID_REQUEST, null, "unknown_url"),
                0);
    }

    public static Problem noSuchModel(String model) {
        return new Problem(
                404,
                ApiError.of(
                        "The model '" + model + "' does not exist; GET /v1/models lists those that do.",
                        ApiError.INVALID_REQUEST,
                        "model",
                        "model_not_found"),
                0);
    }

    /// @param what in words: `tenant`, `key`
    public static Problem noSuch(String what, String name) {
        return new Problem(
                404,
                ApiError.of(
                        "There is no " + what + " '" + name + "'.",
                        ApiError.INVALID_REQUEST,
                        what,
                        what + "_not_found"),
                0);
    }

    public static Problem conflict(String message, @Nullable String param, String code) {
        return new Problem(409, ApiError.of(message, ApiError.INVALID_REQUEST, param, code), 0);
    }

    /// `If-Match` or `If-None-Match` does not hold.
    public static Problem changedMeanwhile(String header) {
        return new Problem(
                412,
                ApiError.of(
                        "It is not as " + header + " says: read it again, and send the ETag that comes with it.",
                        ApiError.INVALID_REQUEST,
                        header,
                        "precondition_failed"),
                0);
    }

    public static Problem conditionWanted() {
        return new Problem(
                428,
                ApiError.of(
                        "It exists: send the ETag that you read as If-Match, or If-Match: * to overwrite whatever it is.",
                        ApiError.INVALID_REQUEST,
                        "If-Match",
                        "precondition_required"),
                0);
    }

    /// A part of the gateway that its settings leave out.
    public static Problem switchedOff(String message, String code) {
        return new Problem(501, ApiError.of(message, ApiError.SERVER, null, code), 0);
    }

    public static Problem methodNotAllowed(String method, String path) {
        return new Problem(
                405,
                ApiError.of(
                        "Not allowed: " + method + " " + path, ApiError.INVALID_REQUEST, null, "method_not_allowed"),
                0);
    }

    public static Problem tooSlow(long limitSeconds) {
        return new Problem(
                408,
                ApiError.of(
                        "The request body did not arrive within " + limitSeconds + " s.",
                        ApiError.INVALID_REQUEST,
                        null,
                        "request_timeout"),
                0);
    }

    public static Problem tooLarge(String message, String param) {
        return new Problem(413, ApiError.of(message, ApiError.INVALID_REQUEST, param, "request_too_large"), 0);
    }

    public static Problem tooLarge(long limitBytes) {
        return new Problem(
                413,
                ApiError.of(
                        "The request body is larger than " + limitBytes + " bytes.",
                        ApiError.INVALID_REQUEST,
                        null,
                        "request_too_large"),
                0);
    }

    public static Problem unsupportedContentType(String found) {
        return new Problem(
                415,
                ApiError.of(
                        "Content-Type must be application/json, was '" + found + "'.",
                        ApiError.INVALID_REQUEST,
                        "Content-Type",
                        "unsupported_content_type"),
                0);
    }

    public static Problem rateLimited(String message, long retryAfterSeconds) {
        return new Problem(
                429, ApiError.of(message, ApiError.RATE_LIMIT, null, "rate_limit_exceeded"), retryAfterSeconds);
    }

    /// In OpenAI's words, so that clients know that waiting a little is no help.
    ///
    /// @param which of the budgets is spent
    public static Problem insufficientQuota(String which, long retryAfterSeconds) {
        return new Problem(
                429,
                ApiError.of(
                        "You exceeded your current quota, please check your plan and billing details: " + which,
                        "insufficient_quota",
                        null,
                        "insufficient_quota"),
                retryAfterSeconds);
    }

    public static Problem internal() {
        return new Problem(
                500,
                ApiError.of(
                        "The gateway failed; the trace id in x-trace-id finds the reason in its log.",
                        ApiError.SERVER,
                        null,
                        "internal_error"),
                0);
    }

    public static Problem instanceBroke(String message) {
        return new Problem(502, ApiError.of(message, ApiError.SERVER, null, "upstream_failed"), 0);
    }

    public static Problem unavailable(String message, String code, long retryAfterSeconds) {
        return new Problem(503, ApiError.of(message, ApiError.SERVER, null, code), retryAfterSeconds);
    }

    public static Problem tooLate(String message) {
        return new Problem(504, ApiError.of(message, ApiError.SERVER, null, "deadline_exceeded"), 0);
    }
}
