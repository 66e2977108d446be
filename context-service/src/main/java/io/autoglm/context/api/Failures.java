package io.autoglm.context.api;

import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/// What no route answers for, in OpenAI's shape as well.
@Singleton
public final class Failures {
    private static final Logger LOG = Logger.getLogger(Failures.class);

    @ServerExceptionMapper
    public Response unroutable(WebApplicationException refused) {
        int status = refused.getResponse().getStatus();
        if (status >= 500) {
            return broken(refused);
        }
        @Nullable Object allow = refused.getResponse().getHeaders().getFirst(HttpHeaders.ALLOW);
        return Response.fromResponse(Answer.unroutable(status, message(status)))
                .header(HttpHeaders.ALLOW, allow)
                .build();
    }

    @ServerExceptionMapper
    public Response broken(Throwable failure) {
        LOG.error("request failed", failure);
        return Answer.broken();
    }

    private static String message(int status) {
        return switch (status) {
            case 404 -> "there is no such path";
            case 405 -> "this path does not know that method";
            case 406 -> "only application/json is answered";
            case 413 -> "the body is larger than this service takes";
            case 415 -> "Content-Type must be application/json";
            default -> "the request cannot be understood";
        };
    }
}
