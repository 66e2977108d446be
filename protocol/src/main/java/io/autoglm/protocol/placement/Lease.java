package io.autoglm.protocol.placement;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;
import java.util.List;

/// The right to send one request to one instance until `deadline`. It is given back with a
/// {@link LeaseOutcome}; one that is not given back ends by itself at its deadline.
///
/// @param alternatives where to go when `instance` fails before the first token, best first; may be empty
/// @param deadline     when the scheduler forgets the lease
@JsonIgnoreProperties(ignoreUnknown = true)
public record Lease(String id, Target instance, List<Target> alternatives, Instant deadline) {

    /// @param url base URL without a trailing slash
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Target(String id, String url) {}
}
