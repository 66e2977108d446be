package io.autoglm.gateway.placement;

/// Where a request goes, or why nowhere.
public sealed interface Placed {

    /// There is an instance; the ticket must be given back.
    record Granted(Ticket ticket) implements Placed {}

    /// No instance answers for that model.
    record UnknownModel() implements Placed {}

    /// Instances exist and none can take a request now.
    record NoCapacity(String message, long retryAfterSeconds) implements Placed {}
}
