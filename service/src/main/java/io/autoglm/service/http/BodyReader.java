package io.autoglm.service.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads one request body within its bounds: its own length, what the bodies of its account and of all accounts
/// may take, and time.
/// Confined to the event loop of its request. It keeps nothing of the body once it has handed it over.
public final class BodyReader {
    /// The whole body, or which bound it broke; in that case nothing of it is kept and the rest is thrown away.
    public sealed interface Body {
        record Whole(Buffer bytes) implements Body {}

        record TooLong(long limitBytes) implements Body {}

        /// The bodies of all requests together are too much.
        record NoRoom() implements Body {}

        /// The bodies of this account's requests are too much.
        record NoRoomForTheAccount() implements Body {}

        record TooSlow(Duration limit) implements Body {}
    }

    private final BodyBudget.Share share;
    private final long limitBytes;
    private Buffer all = Buffer.buffer();
    private long heldBytes;
    /// Null once it is known what came of the body. The request keeps this reader until its answer has ended.
    private @Nullable Promise<Body> waiting;

    private BodyReader(BodyBudget.Share share, long limitBytes, Promise<Body> waiting) {
        this.share = share;
        this.limitBytes = limitBytes;
        this.waiting = waiting;
    }

    /// Fails only when the client goes away in the middle.
    ///
    /// @param share   what the body takes; closed here unless the body comes whole
    /// @param timeout from now to the body's last byte
    public static Future<Body> read(
            Vertx vertx, HttpServerRequest request, BodyBudget.Share share, long limitBytes, Duration timeout) {
        Promise<Body> promise = Promise.promise();
        BodyReader reader = new BodyReader(share, limitBytes, promise);
        long timer =
                vertx.setTimer(timeout.toMillis(), late -> reader.end(it -> it.complete(new Body.TooSlow(timeout))));
        reader.announce(request.getHeader("content-length"));
        request.exceptionHandler(gone -> reader.end(it -> it.fail(gone)));
        request.endHandler(end -> {
            Body whole = new Body.Whole(reader.all);
            reader.end(it -> it.complete(whole));
        });
        request.handler(reader::take);
        request.resume();
        return promise.future().onComplete(done -> {
            vertx.cancelTimer(timer);
            if (!(done.result() instanceof Body.Whole)) {
                share.close();
            }
        });
    }

    /// Room for what is announced is taken at once, so that no two bodies keep each other from the rest of
    /// it.
    private void announce(@Nullable String length) {
        if (length != null && length.matches("[0-9]{1,18}")) {
            hold(Long.parseLong(length));
        }
    }

    private void take(Buffer part) {
        if (waiting != null && hold(all.length() + (long) part.length())) {
            all.appendBuffer(part);
        }
    }

    /// @param bytes of the body, as far as it is known
    /// @return false where they are too many, which has been told then
    private boolean hold(long bytes) {
        if (bytes > limitBytes) {
            end(it -> it.complete(new Body.TooLong(limitBytes)));
            return false;
        }
        BodyBudget.Room room = bytes > heldBytes ? share.grow(bytes - heldBytes) : BodyBudget.Room.HERE;
        heldBytes = Math.max(heldBytes, bytes);
        return switch (room) {
            case HERE -> true;
            case NONE -> {
                end(it -> it.complete(new Body.NoRoom()));
                yield false;
            }
            case NONE_FOR_THE_ACCOUNT -> {
                end(it -> it.complete(new Body.NoRoomForTheAccount()));
                yield false;
            }
        };
    }

    private void end(Consumer<Promise<Body>> how) {
        Promise<Body> told = waiting;
        if (told != null) {
            waiting = null;
            all = Buffer.buffer();
            how.accept(told);
        }
    }
}
