package io.autoglm.scheduler.errors;

import io.autoglm.protocol.ApiError;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/// An answer that is not what was asked for. Each factory is one row of the table "outcome → status"; nothing else
/// in the scheduler chooses a status.
///
/// @param retryAfterSeconds for `Retry-After`; 0 sends none
public record Problem(int status, ApiError body, int retryAfterSeconds) {

    /// @param param the field at fault; null where no single one is
    public static Problem invalid(String message, @Nullable String param) {
        return new Problem(400, ApiError.of(message, ApiError.INVALID_REQUEST, param, null), 0);
    }

    public static Problem unauthenticated() {
        return new Problem(
                401,
                ApiError.of("The internal token is missing or wrong.", ApiError.AUTHENTICATION, null, "invalid_token"),
                0);
    }

    public static Problem noSuchModel(String model) {
        return new Problem(
                404,
                ApiError.of(
                        "The model '" + model + "' is served by no instance.",
                        ApiError.INVALID_REQUEST,
                        "model",
                        "model_not_found"),
                0);
    }

    public static Problem noSuchInstance(String id) {
        return new Problem(
                404, ApiError.of("No instance '" + id + "'.", ApiError.INVALID_REQUEST, "id", "instance_not_found"), 0);
    }

    public static Problem noSuchLease(String id) {
        return new Problem(
                404, ApiError.of("No lease '" + id + "'.", ApiError.INVALID_REQUEST, "id", "lease_not_found"), 0);
    }

    public static Problem outdated(String id) {
        return new Problem(
                409,
                ApiError.of(
                        "A newer process runs as '" + id + "'.",
                        ApiError.INVALID_REQUEST,
                        "incarnation",
                        "outdated_incarnation"),
                0);
    }

    public static Problem ofStatus(int status, String message) {
        return new Problem(status, ApiError.of(message, ApiError.INVALID_REQUEST, null, null), 0);
    }

    public static Problem internal() {
        return new Problem(
                500,
                ApiError.of(
                        "The scheduler failed; the trace id in x-trace-id finds the reason in its log.",
                        ApiError.SERVER,
                        null,
                        "internal_error"),
                0);
    }

    public static Problem noCapacity(String message, int retryAfterSeconds) {
        return new Problem(503, ApiError.of(message, ApiError.SERVER, null, "no_capacity"), retryAfterSeconds);
    }

    public static Problem settling(int retryAfterSeconds) {
        return new Problem(
                503,
                ApiError.of(
                        "The scheduler has just started and waits for the instances to report.",
                        ApiError.SERVER,
                        null,
                        "settling"),
                retryAfterSeconds);
    }

    public Response response() {
        Response.ResponseBuilder response =
                Response.status(status).type(MediaType.APPLICATION_JSON).entity(body);
        if (retryAfterSeconds > 0) {
            response.header("Retry-After", retryAfterSeconds);
        }
        return response.build();
    }
}
