package io.autoglm.gateway.continuation;

import io.autoglm.gateway.upstream.SseEvent;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a stream has said, as far as another instance can go on from it. All its events pass through here on
/// their way to the client. Confined to the event loop of its request.
public sealed interface Progress permits SaidTokens, SaidText, Untold {

    /// @param request    that was sent, a JSON object; null where it is not kept
    /// @param chat       whether it is a chat; else a plain completion
    /// @param tellsTokens whether the instance has said that its stream tells them
    static Progress of(@Nullable Buffer request, boolean chat, boolean tellsTokens) {
        if (request == null) {
            return new Untold();
        }
        return tellsTokens ? new SaidTokens(request) : new SaidText(new TextRequest(request, chat));
    }

    /// @return those of the events, and of those that were kept back before, that the client gets now
    List<SseEvent> pass(List<SseEvent> events);

    /// What was kept back: the client gets it where nobody goes on.
    List<SseEvent> kept();

    /// The request that goes on from here; empty where it cannot be gone on.
    Optional<Buffer> onward();

    /// The stream of the request that goes on comes next. What was kept back is forgotten: it comes again.
    void goesOn();

    /// The stream that should go on has begun anew: none of it may reach the client.
    boolean astray();
}
