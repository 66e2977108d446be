package io.autoglm.gateway.identity;

import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.RefusedException;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.HttpSecurityPolicy;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

/// Asks {@link Access} about every request, before its route does. Who is nobody is told so before being told
/// whether there is such a route.
@Singleton
final class RoutePolicy implements HttpSecurityPolicy {
    private final String platform;

    RoutePolicy(AccessConfig config) {
        this.platform = config.tenant();
    }

    @Override
    public String name() {
        return "by-route";
    }

    @Override
    public Uni<CheckResult> checkPermission(
            RoutingContext rc, Uni<SecurityIdentity> identity, AuthorizationRequestContext context) {
        String method = rc.request().method().name();
        String path = rc.normalizedPath();
        if (Access.isPublic(method, path)) {
            return CheckResult.permit();
        }
        return identity.flatMap(known -> known.getAttribute(Caller.ATTRIBUTE) instanceof Caller caller
                ? verdict(method, path, caller)
                : CheckResult.deny());
    }

    private Uni<CheckResult> verdict(String method, String path, Caller caller) {
        return switch (Access.of(method, path, caller, platform)) {
            case ADMITTED -> CheckResult.permit();
            case FORBIDDEN -> refuse(Problem.forbidden("This identity may not do that.", null, "forbidden"));
            case WRONG_METHOD -> refuse(Problem.methodNotAllowed(method, path));
            case NO_SUCH_ROUTE -> refuse(Problem.noSuchRoute(method, path));
        };
    }

    private static Uni<CheckResult> refuse(Problem problem) {
        return Uni.createFrom().failure(new RefusedException(problem));
    }
}
