package io.autoglm.gateway.chat;

import io.autoglm.gateway.continuation.Progress;
import io.autoglm.gateway.upstream.Broken;
import io.autoglm.gateway.upstream.Broken.Kind;
import io.autoglm.gateway.upstream.ErrorEvent;
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
    private final StreamedAnswer said;
    private final Progress progress;

    private TokenStream tokens;

    /// Runs while the client does not read what was sent; null else.
    private @Nullable Long stalledTimer;

    private boolean ending;

    Relay(
            Completion completion,
            Services services,
            HttpServerResponse response,
            TokenStream tokens,
            StreamedAnswer said,
            Progress progress) {
        this.completion = completion;
        this.services = services;
        this.response = response;
        this.tokens = tokens;
        this.said = said;
        this.progress = progress;
    }

    void begin() {
        tokens.relay(this);
    }

    /// The request with which another instance goes on from here; empty where none could.
    Optional<Buffer> onward() {
        return progress.onward();
    }

    /// Nothing more of this stream counts; the one that goes on comes by {@link #follow}, or none does.
    void leave() {
        tokens.cancel();
        progress.goesOn();
    }

    void follow(TokenStream next) {
        tokens = next;
        next.relay(this);
        if (stalledTimer != null) {
            next.pause();
        }
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
                broken(broken);
            }
        });
    }

    private void pass(List<SseEvent> events) {
        int end = 0;
        while (end < events.size() && fault(events.get(end)).isEmpty()) {
            end++;
        }
        send(progress.pass(events.subList(0, end)));
        if (ending) {
            return;
        }
        if (progress.astray()) {
            broken(new Broken(Kind.PROTOCOL, "it began anew instead of going on"));
        } else if (end < events.size()) {
            failed(events.subList(end, events.size()));
        }
    }

    /// @param events the first of which says that the stream does not go on
    private void failed(List<SseEvent> events) {
        boolean goesOn = switch (fault(events.getFirst()).orElseThrow()) {
            case INSTANCE -> completion.goesOnElsewhere(new Broken(Kind.STATUS, "it said so"));
            case BUSY -> completion.goesOnElsewhere(new Broken(Kind.BUSY, "it said so"));
            case ABSENT, DEADLINE, REQUEST -> false;
        };
        if (goesOn) {
            return;
        }
        send(progress.kept());
        send(events);
    }

    /// What was kept back the client gets only where nobody goes on.
    private void broken(Broken broken) {
        if (completion.goesOnElsewhere(broken)) {
            return;
        }
        tokens.cancel();
        send(progress.kept());
        if (!ending) {
            completion.giveUp(broken, said.spent());
        }
    }

    private static Optional<Fault> fault(SseEvent event) {
        return event.data().contains("\"error\"") ? ErrorEvent.in(event.data()) : Optional.empty();
    }

    /// What comes after the end is dropped, also while the turn is being stored.
    private void send(List<SseEvent> events) {
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
