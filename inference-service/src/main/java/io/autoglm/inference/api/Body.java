package io.autoglm.inference.api;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A request's body on its way in, on the event loop: read into memory within a bound of its own, one of all
/// bodies together, and a time. What is refused is refused once, and the rest of it is thrown away as it
/// comes.
final class Body {

    /// It was made by another service, in the same network.
    private static final Duration WITHIN = Duration.ofSeconds(60);

    private final Exchange exchange;
    private final long limit;
    private final BodyRoom room;
    private final BodyRoom.Share share;
    private final Buffer read = Buffer.buffer();
    private long announced;
    private boolean over;

    private Body(Exchange exchange, long limit, BodyRoom room) {
        this.exchange = exchange;
        this.limit = limit;
        this.room = room;
        this.share = room.share();
        exchange.onEnd(share::giveBack);
    }

    /// What has been read, and its share of the room, to be given back when it is a prompt.
    record Whole(Buffer bytes, BodyRoom.Share share) {}

    /// @param limit bytes of this one
    /// @param whole called with all of it, unless it is refused or the client goes
    static void read(
            Vertx vertx,
            HttpServerRequest request,
            Exchange exchange,
            long limit,
            BodyRoom room,
            Handler<Whole> whole) {
        Body body = new Body(exchange, limit, room);
        body.announce(request.getHeader("content-length"));
        long timer =
                vertx.setTimer(WITHIN.toMillis(), late -> body.refuse(new Refusal.BodyTooSlow(WITHIN.toSeconds())));
        exchange.onEnd(() -> vertx.cancelTimer(timer));
        request.handler(body::append);
        request.exceptionHandler(failure -> body.over = true);
        request.endHandler(end -> {
            vertx.cancelTimer(timer);
            if (!body.over) {
                body.over = true;
                whole.handle(new Whole(body.read, body.share));
            }
        });
        request.resume();
    }

    /// Room for what is announced is taken at once, so that no two bodies keep each other from the rest of
    /// it.
    private void announce(@Nullable String length) {
        try {
            announced = length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            announced = 0;
        }
        if (announced > limit) {
            refuse(new Refusal.TooLarge(limit));
        } else if (!share.grow(announced)) {
            refuse(busy());
        }
    }

    private void append(Buffer chunk) {
        if (over) {
            return;
        }
        long size = read.length() + (long) chunk.length();
        if (size > limit) {
            refuse(new Refusal.TooLarge(limit));
        } else if (size > announced && !share.grow(size - Math.max(announced, read.length()))) {
            refuse(busy());
        } else {
            read.appendBuffer(chunk);
        }
    }

    private Refusal busy() {
        return new Refusal.Busy("Request bodies of " + room.limit() + " bytes are being read already");
    }

    private void refuse(Refusal refusal) {
        if (!over) {
            over = true;
            exchange.closeAfterwards();
            exchange.refuse(ErrorBody.of(refusal));
        }
    }
}
