package io.autoglm.protocol.placement;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// The body of `DELETE /v1/leases/{id}`: how the request went, so that placement and passive health can learn from it.
///
/// @param served     the instance that gave the answer, when it was an alternative; null when it was the leased one
/// @param failed     the instance whose failure made the gateway move on, null when none did
/// @param ttftMillis time to the first token, milliseconds; null where none came
/// @param tokens     tokens generated
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LeaseOutcome(
        Result result,
        @Nullable String served,
        @Nullable String failed,
        @Nullable Long ttftMillis,
        int tokens) {

    public enum Result {
        @JsonProperty("ok")
        OK,
        /// The client hung up; says nothing about the instance.
        @JsonProperty("client-gone")
        CLIENT_GONE,
        /// It came to nothing without an instance's fault: the request was wrong, nobody had room, its time was
        /// up, or the lease was not used; says nothing about the instance.
        @JsonProperty("refused")
        REFUSED,
        /// The instance broke, refused the connection or answered 5xx.
        @JsonProperty("failed")
        FAILED
    }
}
