package io.autoglm.gateway.chat;

import io.autoglm.gateway.upstream.Broken;
import io.autoglm.gateway.upstream.Fault;
import io.autoglm.gateway.upstream.SseEvent;
import io.autoglm.gateway.upstream.TokenStream;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Passes a stream on to the client, at the client's pace, until it is clear how it ends; the {@link Completion}
/// then ends it. Confined to the event loop of its request.
final class Relay implements TokenStream.Receiver {
    private final Completion completion;
    private final Services services;
    private final HttpServerResponse response;
    private final TokenStream tokens;
    private final StreamedAnswer said;

    /// Runs while the client does not read what was sent; null else.
    private @Nullable Long stalledTimer;

    private boolean ending;

    Relay(
            Completion completion,
            Services services,
            HttpServerResponse response,
            TokenStream tokens,
            StreamedAnswer said) {
        this.completion = completion;
        this.services = services;
        this.response = response;
        this.tokens = tokens;
        this.said = said;
    }

    void begin() {
        tokens.relay(this);
    }

    Spent spent() {
        return said.spent();
    }

    /// The instance is told that nobody listens any more.
    void cancel() {
        tokens.cancel();
    }

    /// The request is settled.
    void over() {
        stopTheTimer();
    }

    @Override
    public void events(List<SseEvent> events) {
        completion.guarded(() -> {
            if (!completion.over() && !ending) {
                pass(events);
            }
        });
    }

    @Override
    public void ended() {
        // All that matters came with [DONE].
    }

    @Override
    public void broke(Broken broken) {
        completion.guarded(() -> {
            if (!completion.over() && !ending) {
                completion.streamBroke(broken, said.spent());
            }
        });
    }

    /// What comes after the end is dropped, also while the turn is being stored.
    private void pass(List<SseEvent> events) {
        Buffer now = said.accept(events);
        if (now.length() > 0) {
            response.write(now);
            if (response.writeQueueFull() && !said.done()) {
                waitForTheClient();
            }
        }
        Optional<Fault> failure = said.failure();
        if (failure.isPresent()) {
            ending = true;
            completion.streamFailed(failure.get(), said.spent());
        } else if (said.done()) {
            ending = true;
            completion.streamDone(said);
        }
    }

    /// The client's slowness reaches the instance; a client that does not read at all counts as gone after a
    /// while, because it holds a slot there.
    private void waitForTheClient() {
        tokens.pause();
        if (stalledTimer == null) {
            stalledTimer = services.vertx()
                    .setTimer(
                            services.config().writeTimeout().toMillis(),
                            late -> completion.guarded(completion::clientStalled));
        }
        response.drainHandler(drained -> completion.guarded(() -> {
            stopTheTimer();
            tokens.resume();
        }));
    }

    private void stopTheTimer() {
        Long running = stalledTimer;
        if (running != null) {
            services.vertx().cancelTimer(running);
            stalledTimer = null;
        }
    }
}
