package io.autoglm.gateway.upstream;

import io.autoglm.gateway.upstream.Broken.Kind;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The events of one streamed answer. Until the first token it holds them back, so that a failure up to then can be
/// retried without the client seeing a trace of it; {@link #relay} then hands over what was held and all that follows.
/// Confined to one event loop.
public final class TokenStream {

    /// Receives a stream. Exactly one `ended` or `broke` comes last.
    public interface Receiver {
        /// @param events in order, at least one; those that arrived together come together
        void events(List<SseEvent> events);

        /// The instance closed the stream after `[DONE]`.
        void ended();

        void broke(Broken broken);
    }

    private final Vertx vertx;
    private final UpstreamConfig config;
    private final LongSupplier nanoClock;
    private final long deadlineNanos;
    private final HttpClientResponse response;
    private final Runnable reset;
    private final Consumer<Opened> announce;
    private final SseSplitter splitter;

    private final List<SseEvent> held = new ArrayList<>();
    private int heldBytes;
    private @Nullable Receiver receiver;
    private @Nullable Broken broken;
    private long lastEventNanos;
    private long timer = -1;
    private boolean paused;
    private boolean announced;
    private boolean done;
    private boolean over;

    TokenStream(
            Vertx vertx,
            UpstreamConfig config,
            LongSupplier nanoClock,
            long deadlineNanos,
            HttpClientResponse response,
            Runnable reset,
            Consumer<Opened> announce) {
        this.vertx = vertx;
        this.config = config;
        this.nanoClock = nanoClock;
        this.deadlineNanos = deadlineNanos;
        this.response = response;
        this.reset = reset;
        this.announce = announce;
        this.splitter = new SseSplitter(config.maxEventBytes());
    }

    void begin() {
        response.handler(this::take);
        response.exceptionHandler(e -> fail(Kind.CONNECTION, Attempt.reason(e)));
        response.endHandler(end -> finish());
    }

    /// To be called once, when the attempt has opened.
    public void relay(Receiver to) {
        receiver = to;
        lastEventNanos = nanoClock.getAsLong();
        watch();
        if (!held.isEmpty()) {
            List<SseEvent> first = List.copyOf(held);
            held.clear();
            to.events(first);
        }
        if (over) {
            tellTheEnd(to);
        }
    }

    /// Stops reading until {@link #resume()}: the back pressure of a slow client reaches the instance.
    public void pause() {
        paused = true;
        response.pause();
    }

    public void resume() {
        paused = false;
        lastEventNanos = nanoClock.getAsLong();
        response.resume();
    }

    /// The client has gone: the instance is told by a reset, and nothing more is delivered.
    public void cancel() {
        over = true;
        receiver = null;
        stopWatching();
        reset.run();
    }

    private void take(Buffer part) {
        if (over) {
            return;
        }
        List<SseEvent> events;
        try {
            events = splitter.feed(part);
        } catch (IllegalStateException e) {
            fail(Kind.PROTOCOL, String.valueOf(e.getMessage()));
            reset.run();
            return;
        }
        if (events.isEmpty()) {
            return;
        }
        lastEventNanos = nanoClock.getAsLong();
        done |= events.stream().anyMatch(SseEvent::done);
        Receiver to = receiver;
        if (to != null) {
            to.events(events);
        } else {
            hold(events);
        }
    }

    private void hold(List<SseEvent> events) {
        boolean here = announced;
        for (SseEvent event : events) {
            held.add(event);
            heldBytes += event.raw().length();
            if (!here) {
                FirstToken.Sign sign = FirstToken.in(event);
                if (sign == FirstToken.Sign.FAILURE) {
                    fail(Kind.STATUS, "the stream began with an error");
                    reset.run();
                    return;
                }
                here = sign == FirstToken.Sign.HERE;
            }
        }
        if (here) {
            announceStream();
        } else if (heldBytes > config.maxEventBytes()) {
            fail(Kind.PROTOCOL, "no token within the first " + config.maxEventBytes() + " bytes");
            reset.run();
        }
    }

    private void announceStream() {
        if (!announced) {
            announced = true;
            announce.accept(new Opened.Streaming(this));
        }
    }

    private void finish() {
        if (over) {
            return;
        }
        if (!done) {
            fail(Kind.CONNECTION, "the stream ended without [DONE]");
            return;
        }
        over = true;
        stopWatching();
        announceStream();
        if (receiver != null) {
            tellTheEnd(receiver);
        }
    }

    private void fail(Kind kind, String reason) {
        if (over) {
            return;
        }
        over = true;
        broken = new Broken(kind, reason);
        stopWatching();
        if (!announced) {
            announced = true;
            announce.accept(new Opened.Failed(broken));
        } else if (receiver != null) {
            tellTheEnd(receiver);
        }
    }

    private void tellTheEnd(Receiver to) {
        receiver = null;
        if (broken != null) {
            to.broke(broken);
        } else {
            to.ended();
        }
    }

    /// One timer a stream, which looks at most every idle timeout: nothing is armed anew for each token.
    private void watch() {
        if (over) {
            return;
        }
        long now = nanoClock.getAsLong();
        // Silence that a slow client has asked for is not the instance's.
        long idleLeft = config.idleTimeout().toNanos() - (paused ? 0 : now - lastEventNanos);
        long deadlineLeft = deadlineNanos - now;
        if (deadlineLeft <= 0 || idleLeft <= 0) {
            fail(Kind.TIMEOUT, deadlineLeft <= 0 ? "the request's time was up" : "the stream fell silent");
            reset.run();
            return;
        }
        long waitMillis = TimeUnit.NANOSECONDS.toMillis(Math.min(idleLeft, deadlineLeft)) + 1;
        timer = vertx.setTimer(waitMillis, id -> watch());
    }

    private void stopWatching() {
        if (timer != -1) {
            vertx.cancelTimer(timer);
        }
    }
}
