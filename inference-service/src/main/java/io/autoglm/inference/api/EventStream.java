package io.autoglm.inference.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/// Server-sent events on a Vert.x response, byte for byte as OpenAI writes them: `data: {json}\n\n`, and
/// `data: [DONE]\n\n` at the end.
///
/// Written by the request's virtual thread. Events that are at hand together leave in one write. When the
/// socket is full the thread, and nothing else, waits: for the client to read on, or to go, at the longest
/// until the deadline that the request itself has.
final class EventStream {

    private static final Logger LOG = Logger.getLogger(EventStream.class);

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);
    private static final int FLUSH_BYTES = 16 << 10;
    private static final long LOOK_AGAIN_MILLIS = 200;

    private final Exchange exchange;
    private final HttpServerResponse response;
    private final Semaphore drained = new Semaphore(0);
    private Buffer pending = Buffer.buffer();
    private boolean started;

    EventStream(Exchange exchange) {
        this.exchange = exchange;
        this.response = exchange.response();
    }

    /// What writes the events.
    @FunctionalInterface
    interface Writing {
        void run() throws InterruptedException;
    }

    /// Runs what writes the events, all of them. What goes wrong before the first event has left comes out as
    /// it is, to be answered with a status; what goes wrong afterwards ends the stream as failed, whatever it
    /// is.
    void of(Writing writing) throws InterruptedException {
        try {
            writing.run();
        } catch (ClientGoneException e) {
            throw e;
        } catch (RuntimeException | Error | InterruptedException e) {
            if (!started) {
                throw e;
            }
            failed(
                    switch (e) {
                        case RefusedException refused -> refused.refusal();
                        case InterruptedException interrupted -> new Refusal.Draining();
                        default -> {
                            LOG.errorf(e, "stream failed traceId=%s", exchange.traceId());
                            yield new Refusal.Broken("The answer failed; see the log of this instance");
                        }
                    });
        }
    }

    void event(byte[] json) {
        pending.appendBytes(DATA).appendBytes(json).appendBytes(END);
        if (pending.length() >= FLUSH_BYTES) {
            flush();
        }
    }

    /// A line that readers of events pass over.
    ///
    /// @param text begins with a colon
    void comment(String text) {
        pending.appendString(text).appendBytes(END);
    }

    /// @throws ClientGoneException if nobody reads any more
    void flush() {
        if (pending.length() == 0) {
            return;
        }
        start();
        awaitRoom();
        Buffer full = pending;
        pending = Buffer.buffer();
        response.write(full);
    }

    void done() {
        event(DONE);
        start();
        awaitRoom();
        exchange.end(pending, false);
    }

    /// The answer failed on its way: an error event, no `[DONE]`, and the connection is closed.
    private void failed(Refusal refusal) {
        event(JsonBody.write(ErrorBody.of(refusal).json()));
        awaitRoom();
        exchange.end(pending, true);
    }

    private void start() {
        if (!started) {
            started = true;
            exchange.startStream();
            response.drainHandler(room -> drained.release());
        }
    }

    private void awaitRoom() {
        while (response.writeQueueFull() && !exchange.gone()) {
            if (exchange.late()) {
                exchange.cutOff();
                throw new ClientGoneException();
            }
            try {
                drained.tryAcquire(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ClientGoneException();
            }
        }
        if (exchange.gone()) {
            throw new ClientGoneException();
        }
    }
}
