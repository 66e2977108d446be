package io.autoglm.gateway.upstream;

import io.autoglm.gateway.upstream.Broken.Kind;
import io.autoglm.protocol.Headers;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The events of one streamed answer. Until the first token it holds them back, so that a failure up to then
/// can be retried without the client seeing a trace of it; {@link #relay} then hands over what was held and all
/// that follows. Confined to one event loop.
public final class TokenStream {

    /// Receives a stream. Exactly one `ended` or `broke` comes last.
    public interface Receiver {
        /// @param events in order, at least one; those that arrived together come together
        void events(List<SseEvent> events);

        /// The instance closed the stream after `[DONE]`.
        void ended();

        void broke(Broken broken);
    }

    /// The attempt that the stream belongs to.
    interface Owner {
        /// What came of the attempt; the stream's first token, or that there will be none. Once.
        void announce(Opened outcome);

        /// The connection is of no more use.
        void reset();

        /// Nothing more will come.
        void over();
    }

    private final Vertx vertx;
    private final UpstreamConfig config;
    private final LongSupplier nanoClock;
    private final long deadlineNanos;
    private final HttpClientResponse response;
    private final Owner owner;
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
            Owner owner) {
        this.vertx = vertx;
        this.config = config;
        this.nanoClock = nanoClock;
        this.deadlineNanos = deadlineNanos;
        this.response = response;
        this.owner = owner;
        this.splitter = new SseSplitter(config.maxEventBytes());
    }

    /// Whether the instance says that its stream tells its tokens, see {@link
    /// io.autoglm.protocol.Resumption}.
    public boolean tellsTokens() {
        return "true".equals(response.getHeader(Headers.RESUMABLE));
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
        receiver = null;
        end();
        owner.reset();
    }

    private void take(Buffer part) {
        if (over) {
            return;
        }
        List<SseEvent> events;
        try {
            events = splitter.feed(part);
        } catch (IllegalStateException e) {
            refuse(Kind.PROTOCOL, String.valueOf(e.getMessage()));
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
                switch (FirstToken.in(event)) {
                    case FirstToken.Sign.NotYet notYet -> {}
                    case FirstToken.Sign.Here now -> here = true;
                    case FirstToken.Sign.Broke broke -> refuse(broke.kind(), "the stream began with an error");
                }
            }
            if (over) {
                return;
            }
        }
        if (here) {
            announceStream();
        } else if (heldBytes > config.maxEventBytes()) {
            refuse(Kind.PROTOCOL, "no token within the first " + config.maxEventBytes() + " bytes");
        }
    }

    private void refuse(Kind kind, String reason) {
        fail(kind, reason);
        owner.reset();
    }

    private void announceStream() {
        if (!announced) {
            announced = true;
            owner.announce(new Opened.Streaming(this));
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
        end();
        if (receiver != null) {
            tellTheEnd(receiver);
        }
    }

    /// Does nothing on a stream that has ended.
    void fail(Kind kind, String reason) {
        if (over) {
            return;
        }
        broken = new Broken(kind, reason);
        end();
        if (!announced) {
            announced = true;
            owner.announce(new Opened.Failed(broken));
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
            if (deadlineLeft <= 0) {
                refuse(Kind.DEADLINE, "the request's time was up");
            } else {
                refuse(Kind.TIMEOUT, "the stream fell silent");
            }
            return;
        }
        long waitMillis = TimeUnit.NANOSECONDS.toMillis(Math.min(idleLeft, deadlineLeft)) + 1;
        timer = vertx.setTimer(waitMillis, id -> watch());
    }

    private void end() {
        over = true;
        owner.over();
        if (timer != -1) {
            vertx.cancelTimer(timer);
        }
    }
}
