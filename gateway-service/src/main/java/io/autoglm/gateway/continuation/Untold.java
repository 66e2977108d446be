package io.autoglm.gateway.continuation;

import io.autoglm.gateway.upstream.SseEvent;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;

/// Nobody could go on: continuing is switched off, or the request was too large to be kept.
public record Untold() implements Progress {

    @Override
    public List<SseEvent> pass(List<SseEvent> events) {
        return events;
    }

    @Override
    public List<SseEvent> kept() {
        return List.of();
    }

    @Override
    public Optional<Buffer> onward() {
        return Optional.empty();
    }

    @Override
    public void goesOn() {
        throw new IllegalStateException("nothing can go on");
    }

    @Override
    public boolean astray() {
        return false;
    }
}
