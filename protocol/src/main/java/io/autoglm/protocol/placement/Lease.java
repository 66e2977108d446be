package io.autoglm.protocol.placement;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;
import java.util.List;

/// The right to send one request to one instance. It is given back with a {@link LeaseOutcome}; one that is
/// not given back ends by itself.
///
/// @param alternatives where to go when `instance` fails before the first token, best first; may be empty
/// @param deadline     when the scheduler stops counting the lease, by the scheduler's clock. For people and
///                     logs: it bounds no request, because two machines' clocks, and that of one that slept,
///                     may differ
@JsonIgnoreProperties(ignoreUnknown = true)
public record Lease(String id, Target instance, List<Target> alternatives, Instant deadline) {

    /// @param url base URL without a trailing slash
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Target(String id, String url) {}
}
