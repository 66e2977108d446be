package io.autoglm.scheduler.api;

import io.autoglm.protocol.Headers;
import io.autoglm.protocol.placement.Lease;
import io.autoglm.protocol.placement.LeaseOutcome;
import io.autoglm.protocol.placement.LeaseRequest;
import io.autoglm.scheduler.errors.Problem;
import io.autoglm.scheduler.lease.LeaseBook.Answer;
import io.autoglm.scheduler.lease.LeaseBook.Return;
import io.autoglm.scheduler.lease.LeaseDesk;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/// Gateways ask here who shall answer a request, and say how it went.
@Path("/v1/leases")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@NonBlocking
public final class LeasesApi {
    private final LeaseDesk desk;

    LeasesApi(LeaseDesk desk) {
        this.desk = desk;
    }

    /// @param timeoutMillis how long the caller will still wait; bounds the lease
    @POST
    public Response lease(
            @Nullable LeaseRequest request, @RestHeader(Headers.TIMEOUT_MILLIS) @Nullable Long timeoutMillis) {
        if (request == null || request.model() == null || request.model().isBlank()) {
            return Problem.invalid("model: must be given", "model").response();
        }
        Duration waits = timeoutMillis == null ? null : Duration.ofMillis(Math.max(0, timeoutMillis));
        return switch (desk.lease(normalised(request), waits)) {
            case Answer.Granted(Lease lease) ->
                Response.status(201).entity(lease).build();
            case Answer.Refused refused ->
                Problem.noCapacity(
                                "No capacity: " + refused.why().reason() + ".",
                                refused.why().retryAfterSeconds())
                        .response();
            case Answer.Settling(int retryAfterSeconds) ->
                Problem.settling(retryAfterSeconds).response();
            case Answer.Unknown(String model) -> Problem.noSuchModel(model).response();
        };
    }

    private static LeaseRequest normalised(LeaseRequest request) {
        return new LeaseRequest(
                request.model(),
                request.promptTokens(),
                Objects.requireNonNullElse(request.prefixHashes(), List.of()),
                request.session(),
                Objects.requireNonNullElse(request.tenant(), ""),
                Objects.requireNonNullElse(request.priority(), "default"),
                Objects.requireNonNullElse(request.exclude(), List.of()));
    }

    /// Gives a lease back; doing it twice is harmless.
    @DELETE
    @Path("/{id}")
    public Response giveBack(@RestPath String id, @Nullable LeaseOutcome outcome) {
        if (outcome == null || outcome.result() == null) {
            return Problem.invalid("result: must be given", "result").response();
        }
        return switch (desk.giveBack(id, outcome)) {
            case Return.Ended ended -> Response.noContent().build();
            case Return.Again again -> Response.noContent().build();
            case Return.NeverGiven never -> Problem.noSuchLease(id).response();
        };
    }
}
