package io.autoglm.gateway.errors;

import io.quarkus.oidc.OIDCException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Whatever failed on whichever route, also inside Quarkus's security: the client sees OpenAI's shape.
@Singleton
public final class FailureHandler implements Handler<RoutingContext> {
    private static final Logger LOG = Logger.getLogger(FailureHandler.class);

    private final ProblemWriter writer;

    FailureHandler(ProblemWriter writer) {
        this.writer = writer;
    }

    @Override
    public void handle(RoutingContext rc) {
        writer.write(rc.response(), problem(rc));
    }

    private static Problem problem(RoutingContext rc) {
        @Nullable Throwable failure = rc.failure();
        return switch (failure) {
            case RefusedException e -> e.problem();
            case UnauthorizedException e -> Problem.unauthenticated("No API key or bearer token was given.");
            case AuthenticationFailedException e -> Problem.unauthenticated("The bearer token is not valid.");
            case ForbiddenException e -> Problem.forbidden("This identity may not do that.", null, "forbidden");
            case OIDCException e -> {
                LOG.warnf("identity provider failed path=%s reason=%s", rc.normalizedPath(), e.getMessage());
                yield Problem.unavailable("The identity provider cannot be reached.", "identity_unavailable", 5);
            }
            case null -> byStatus(rc);
            default -> {
                LOG.errorf(failure, "request failed path=%s", rc.normalizedPath());
                yield Problem.internal();
            }
        };
    }

    private static Problem byStatus(RoutingContext rc) {
        String method = rc.request().method().name();
        return switch (rc.statusCode()) {
            case 401 -> Problem.unauthenticated("No API key or bearer token was given.");
            case 403 -> Problem.forbidden("This identity may not do that.", null, "forbidden");
            case 404 -> Problem.noSuchRoute(method, rc.normalizedPath());
            case 405 -> Problem.methodNotAllowed(method, rc.normalizedPath());
            default -> Problem.internal();
        };
    }
}
