package io.autoglm.inference.api;

import org.jspecify.annotations.Nullable;

/// Why a request gets no answer. {@link ErrorBody} knows the status of each.
sealed interface Refusal {

    /// The caller's fault.
    ///
    /// @param param the field, null where no single field is at fault
    record Invalid(
            String message,
            @Nullable String param,
            @Nullable String code) implements Refusal {
        Invalid(String message, @Nullable String param) {
            this(message, param, null);
        }
    }

    record UnknownModel(String model) implements Refusal {}

    /// What is asked for contradicts what is there.
    ///
    /// @param param the field, null where no single field is at fault
    record Conflict(String message, @Nullable String param, String code) implements Refusal {}

    /// The model directory that the request names cannot be served.
    record Unservable(String message) implements Refusal {}

    /// What is asked for would be done if there were more memory.
    record NoMemory(String message) implements Refusal {}

    record NoSuchRoute(String method, String path) implements Refusal {}

    record WrongMethod(String method, String path) implements Refusal {}

    record WrongContentType(String contentType) implements Refusal {}

    record TooLarge(long limitBytes) implements Refusal {}

    /// The body did not come within that time.
    record BodyTooSlow(long seconds) implements Refusal {}

    record Unauthorized() implements Refusal {}

    /// No room: try again, or elsewhere.
    record Busy(String why) implements Refusal {}

    /// The model is not loaded yet, or never will be.
    record NotReady(String why) implements Refusal {}

    /// The instance is going away.
    record Draining() implements Refusal {}

    /// The deadline passed.
    record TooLate(String message) implements Refusal {}

    /// The engine or this service failed.
    record Broken(String message) implements Refusal {}
}
