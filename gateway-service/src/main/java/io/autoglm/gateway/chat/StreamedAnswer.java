package io.autoglm.gateway.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.gateway.upstream.ErrorEvent;
import io.autoglm.gateway.upstream.Fault;
import io.autoglm.gateway.upstream.SseEvent;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What of a stream the client gets now, and what the stream has said so far. Every event that passes does so
/// with its own bytes. Three things do not simply pass:
///
/// - the usage chunk that only the gateway asked for is taken out;
/// - of an answer that is to be remembered, all from the finish reason on is held until the turn is stored;
/// - `[DONE]` is held in any case: it is sent when the request is settled.
///
/// Only what has to be is parsed: all events of an answer to be remembered, and otherwise those that mention
/// usage or an error. Confined to one event loop.
final class StreamedAnswer {
    private final boolean wantsUsage;
    private final @Nullable MessageAssembler assembler;
    private Buffer held = Buffer.buffer();

    private boolean finished;
    private boolean done;
    private @Nullable Fault failure;
    private int tokenEvents;
    private @Nullable Spent spent;

    /// @param assembler of an answer whose message will be asked for; null for any other
    StreamedAnswer(boolean wantsUsage, @Nullable MessageAssembler assembler) {
        this.wantsUsage = wantsUsage;
        this.assembler = assembler;
    }

    /// @return the bytes to send now, may be none
    Buffer accept(List<SseEvent> events) {
        Buffer now = Buffer.buffer();
        for (SseEvent event : events) {
            if (done || failure != null) {
                break;
            }
            boolean passes = passes(event);
            if (failure != null) {
                // Nothing will be stored, so nothing is held for it.
                now.appendBuffer(held).appendBuffer(event.raw());
                held = Buffer.buffer();
            } else if (passes) {
                (finished || done ? held : now).appendBuffer(event.raw());
            }
        }
        return now;
    }

    /// `[DONE]` has come.
    boolean done() {
        return done;
    }

    /// Whose fault it is that an error event has come; it was passed on, and nothing follows it.
    Optional<Fault> failure() {
        return Optional.ofNullable(failure);
    }

    /// What is sent once the request is settled.
    Buffer held() {
        return held;
    }

    /// As the instance counted, or else one token an event.
    Spent spent() {
        return spent == null ? new Spent(0, tokenEvents) : spent;
    }

    /// Only for an answer to be remembered; empty when it is too large for that.
    Optional<ObjectNode> message() {
        return assembler == null ? Optional.empty() : assembler.message();
    }

    private boolean passes(SseEvent event) {
        if (event.empty()) {
            return true;
        }
        if (event.done()) {
            done = true;
            return true;
        }
        tokenEvents++;
        String data = event.data();
        if (assembler == null && !data.contains("\"usage\"") && !data.contains("\"error\"")) {
            return true;
        }
        try {
            return look(RequestParser.JSON.readTree(data));
        } catch (JsonProcessingException e) {
            return true;
        }
    }

    private boolean look(JsonNode chunk) {
        failure = ErrorEvent.in(chunk).orElse(null);
        if (failure != null) {
            return true;
        }
        for (JsonNode choice : chunk.path("choices")) {
            if (assembler != null) {
                assembler.add(choice.path("delta"));
                finished |= choice.hasNonNull("finish_reason");
            }
        }
        if (!chunk.path("usage").isObject()) {
            return true;
        }
        spent = Spent.of(chunk.path("usage"));
        return wantsUsage || !chunk.path("choices").isEmpty();
    }
}
