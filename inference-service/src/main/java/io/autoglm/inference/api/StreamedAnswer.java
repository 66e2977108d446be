package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.text.AssistantDelta;
import io.autoglm.protocol.Resumption;
import io.autoglm.protocol.openai.Usage;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/// Gives the answer as OpenAI's server-sent events: for each choice its opening, deltas and finish; then the
/// usage, if it was asked for, with `"usage":null` in every chunk before; then `[DONE]`. Where it was asked
/// for, comments tell the tokens behind what they have said, see {@link Resumption}.
final class StreamedAnswer implements AnswerSink {

    /// What the stream tells of itself beside the answer.
    ///
    /// @param tells   whether it tells its tokens; only a stream of one choice may
    /// @param resumed how many tokens were said elsewhere; empty for an answer from its beginning
    record Progress(boolean tells, Optional<Integer> resumed) {}

    private final EventStream stream;
    private final Wire wire;
    private final boolean includeUsage;
    private final boolean tells;
    private final StringBuilder untold = new StringBuilder();
    private final BitSet opened = new BitSet();

    StreamedAnswer(EventStream stream, Wire wire, boolean includeUsage, Progress progress) {
        this.stream = stream;
        this.wire = wire;
        this.includeUsage = includeUsage;
        this.tells = progress.tells();
        progress.resumed().ifPresent(tokens -> {
            stream.comment(Resumption.RESUMED + " " + tokens);
            opened.set(0);
        });
    }

    @Override
    public void token(int choice, int token) {
        open(choice);
        if (tells) {
            untold.append(' ').append(token);
        }
    }

    @Override
    public void delta(int choice, AssistantDelta delta, List<AnswerToken> tokens) {
        send(wire.delta(choice, delta, tokens));
    }

    @Override
    public void finished(int choice, FinishReason reason, List<AnswerToken> tokens) {
        open(choice);
        send(wire.finished(choice, reason, tokens));
    }

    @Override
    public void pause() {
        if (!untold.isEmpty()) {
            stream.comment(Resumption.TOKENS + untold);
            untold.setLength(0);
        }
        stream.flush();
    }

    @Override
    public void end(Usage usage) {
        if (includeUsage) {
            stream.event(JsonBody.write(wire.usage(usage)));
        }
        stream.done();
    }

    private void open(int choice) {
        if (opened.get(choice)) {
            return;
        }
        opened.set(choice);
        ObjectNode opening = wire.opening(choice);
        if (opening != null) {
            send(opening);
        }
    }

    private void send(ObjectNode chunk) {
        if (includeUsage) {
            chunk.putNull("usage");
        }
        stream.event(JsonBody.write(chunk));
    }
}
