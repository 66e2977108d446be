package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.text.AssistantDelta;
import io.autoglm.protocol.openai.Usage;
import java.util.BitSet;
import java.util.List;

/// Gives the answer as OpenAI's server-sent events: for each choice its opening, deltas and finish; then the
/// usage, if it was asked for, with `"usage":null` in every chunk before; then `[DONE]`.
final class StreamedAnswer implements AnswerSink {

    private final EventStream stream;
    private final Wire wire;
    private final boolean includeUsage;
    private final BitSet opened = new BitSet();

    StreamedAnswer(EventStream stream, Wire wire, boolean includeUsage) {
        this.stream = stream;
        this.wire = wire;
        this.includeUsage = includeUsage;
    }

    @Override
    public void begun(int choice) {
        if (opened.get(choice)) {
            return;
        }
        opened.set(choice);
        ObjectNode opening = wire.opening(choice);
        if (opening != null) {
            send(opening);
        }
    }

    @Override
    public void delta(int choice, AssistantDelta delta, List<AnswerToken> tokens) {
        send(wire.delta(choice, delta, tokens));
    }

    @Override
    public void finished(int choice, FinishReason reason, List<AnswerToken> tokens) {
        begun(choice);
        send(wire.finished(choice, reason, tokens));
    }

    @Override
    public void pause() {
        stream.flush();
    }

    @Override
    public void end(Usage usage) {
        if (includeUsage) {
            stream.event(JsonBody.write(wire.usage(usage)));
        }
        stream.done();
    }

    private void send(ObjectNode chunk) {
        if (includeUsage) {
            chunk.putNull("usage");
        }
        stream.event(JsonBody.write(chunk));
    }
}
