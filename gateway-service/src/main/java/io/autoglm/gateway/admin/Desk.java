package io.autoglm.gateway.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.ProblemWriter;
import io.autoglm.gateway.errors.RefusedException;
import io.autoglm.redis.RedisFailedException;
import io.autoglm.service.http.BodyBudget;
import io.autoglm.service.http.BodyReader;
import io.autoglm.service.http.BodyReader.Body;
import io.autoglm.service.http.Farewell;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Takes a request of the admin API and gives back its answer: the body within its bounds, the status of
/// whatever came of it, JSON with an ETag.
@Singleton
final class Desk {
    private static final Logger LOG = Logger.getLogger(Desk.class);
    /// A tenant with limits for 256 models fits in.
    private static final long MAX_BODY_BYTES = 128 * 1024;
    /// An administrator's tool, not a load: more at once is one that has run wild.
    private static final int MAX_OPEN = 64;

    private static final Duration BODY_TIMEOUT = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final ProblemWriter problems;
    private final StrictJson json;
    private final BodyBudget bodies = BodyBudget.ofAll(MAX_OPEN * MAX_BODY_BYTES);
    private final AtomicInteger open = new AtomicInteger();

    Desk(Vertx vertx, ProblemWriter problems, StrictJson json) {
        this.vertx = vertx;
        this.problems = problems;
        this.json = json;
    }

    /// What is sent back.
    ///
    /// @param etag null where there is nothing to change
    record Reply(
            int status, @Nullable ObjectNode body, @Nullable String etag) {}

    /// Answers a request that has no body, or whose body says nothing.
    void answer(RoutingContext rc, Supplier<Uni<Reply>> work) {
        if (!enter(rc)) {
            return;
        }
        rc.request().resume();
        run(rc, work);
    }

    /// Answers a request with a body.
    ///
    /// @param optional whether no body at all stands for an empty object
    void answer(RoutingContext rc, boolean optional, Function<ObjectNode, Uni<Reply>> work) {
        if (!enter(rc)) {
            return;
        }
        BodyBudget.Share share = bodies.open();
        BodyReader.read(vertx, rc.request(), share, MAX_BODY_BYTES, BODY_TIMEOUT)
                .onFailure(gone -> share.close())
                .onSuccess(body -> {
                    share.close();
                    read(rc, body, optional, work);
                });
    }

    /// @return false where the request was refused, because too many are open
    private boolean enter(RoutingContext rc) {
        if (open.incrementAndGet() > MAX_OPEN) {
            open.decrementAndGet();
            rc.request().resume();
            problems.write(rc.response(), Problem.unavailable("Too many admin requests are open.", "gateway_busy", 1));
            return false;
        }
        rc.addEndHandler(end -> open.decrementAndGet());
        return true;
    }

    private void read(RoutingContext rc, Body body, boolean optional, Function<ObjectNode, Uni<Reply>> work) {
        switch (body) {
            case Body.Whole whole -> run(rc, () -> work.apply(object(rc.request(), whole.bytes(), optional)));
            case Body.TooLong tooLong -> close(rc, Problem.tooLarge(tooLong.limitBytes()));
            case Body.TooSlow tooSlow ->
                close(rc, Problem.tooSlow(tooSlow.limit().toSeconds()));
            case Body.NoRoom none ->
                close(rc, Problem.unavailable("Too many bodies of admin requests are held.", "gateway_busy", 1));
            case Body.NoRoomForTheAccount none ->
                close(rc, Problem.unavailable("Too many bodies of admin requests are held.", "gateway_busy", 1));
        }
    }

    private ObjectNode object(HttpServerRequest request, Buffer body, boolean optional) {
        if (body.length() == 0 && optional) {
            return json.object();
        }
        @Nullable String type = request.getHeader("Content-Type");
        String media = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!media.equals("application/json") && !media.equals("application/merge-patch+json")) {
            throw new RefusedException(Problem.unsupportedContentType(type == null ? "" : type));
        }
        return json.object(body);
    }

    private void run(RoutingContext rc, Supplier<Uni<Reply>> work) {
        Context context = vertx.getOrCreateContext();
        Uni.createFrom()
                .deferred(() -> work.get())
                .emitOn(step -> context.runOnContext(here -> step.run()))
                .subscribe()
                .with(reply -> write(rc, reply), failure -> problems.write(rc.response(), problem(rc, failure)));
    }

    private static Problem problem(RoutingContext rc, Throwable failure) {
        return switch (failure) {
            case RefusedException refused -> refused.problem();
            case RedisFailedException away ->
                Problem.unavailable("Keys and tenants cannot be read or changed now.", "directory_unavailable", 1);
            default -> {
                LOG.errorf(failure, "admin request failed path=%s", rc.normalizedPath());
                yield Problem.internal();
            }
        };
    }

    private static void write(RoutingContext rc, Reply reply) {
        var response = rc.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(reply.status()).putHeader("Cache-Control", "no-store");
        if (reply.etag() != null) {
            response.putHeader("ETag", reply.etag());
        }
        if (reply.body() == null) {
            response.end();
        } else {
            response.putHeader("Content-Type", "application/json")
                    .end(reply.body().toString());
        }
    }

    /// In the middle of the body: the connection goes with the answer.
    private void close(RoutingContext rc, Problem problem) {
        Farewell.announce(rc.request());
        Farewell.after(problems.write(rc.response(), problem), vertx, rc.request());
    }
}
