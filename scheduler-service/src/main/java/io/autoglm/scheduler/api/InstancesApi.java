package io.autoglm.scheduler.api;

import io.autoglm.protocol.placement.InstanceList;
import io.autoglm.protocol.placement.InstanceReport;
import io.autoglm.scheduler.errors.Problem;
import io.autoglm.scheduler.lease.LeaseDesk;
import io.autoglm.scheduler.registry.Registration;
import io.autoglm.scheduler.registry.Registry;
import io.autoglm.scheduler.registry.Reports;
import io.autoglm.scheduler.registry.Reports.Judged;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/// Instances report themselves here, and everybody sees who there is.
@Path("/v1/instances")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
public final class InstancesApi {
    private final Registry registry;
    private final LeaseDesk leases;

    InstancesApi(Registry registry, LeaseDesk leases) {
        this.registry = registry;
        this.leases = leases;
    }

    @GET
    public InstanceList list() {
        return leases.instances();
    }

    /// The first report is the registration.
    @PUT
    @Path("/{id}")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response report(@RestPath String id, @Nullable InstanceReport report) {
        if (report == null) {
            return Problem.invalid("The request body is missing.", null).response();
        }
        return switch (Reports.judge(id, report)) {
            case Judged.Faulty(String field, String message) ->
                Problem.invalid(field + ": " + message, field).response();
            case Judged.Sound(InstanceReport sound) -> answer(id, registry.report(sound));
        };
    }

    private static Response answer(String id, Registration registration) {
        return switch (registration) {
            case Registration.Accepted accepted -> Response.noContent().build();
            case Registration.Outdated outdated -> Problem.outdated(id).response();
            case Registration.Full(int limit) ->
                Problem.noCapacity("No more than " + limit + " instances are accepted.", 60)
                        .response();
        };
    }

    /// An instance says goodbye.
    ///
    /// @param incarnation its own, so that it cannot end the process that has replaced it; may be absent
    @DELETE
    @Path("/{id}")
    public Response leave(@RestPath String id, @QueryParam("incarnation") @Nullable String incarnation) {
        return registry.leave(id, incarnation)
                ? Response.noContent().build()
                : Problem.noSuchInstance(id).response();
    }

    /// Gives it nothing new, until it is resumed or its process is replaced.
    @POST
    @Path("/{id}/drain")
    public Response drain(@RestPath String id) {
        return registry.drain(id)
                ? Response.noContent().build()
                : Problem.noSuchInstance(id).response();
    }

    @DELETE
    @Path("/{id}/drain")
    public Response resume(@RestPath String id) {
        return registry.resume(id)
                ? Response.noContent().build()
                : Problem.noSuchInstance(id).response();
    }
}
