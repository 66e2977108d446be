package io.autoglm.inference.api;

import io.autoglm.inference.text.AssistantDelta;
import io.autoglm.protocol.openai.Usage;
import java.util.List;
import java.util.stream.Stream;

/// Gives the answer as one body when all of it is there.
final class WholeAnswer implements AnswerSink {

    private final Exchange exchange;
    private final Wire wire;
    private final List<WholeChoice.Builder> choices;

    WholeAnswer(Exchange exchange, Wire wire, int choices) {
        this.exchange = exchange;
        this.wire = wire;
        this.choices = Stream.generate(WholeChoice.Builder::new).limit(choices).toList();
    }

    @Override
    public void begun(int choice) {}

    @Override
    public void delta(int choice, AssistantDelta delta, List<AnswerToken> tokens) {
        choices.get(choice).add(delta);
        choices.get(choice).add(tokens);
    }

    @Override
    public void finished(int choice, FinishReason reason, List<AnswerToken> tokens) {
        choices.get(choice).add(tokens);
        choices.get(choice).finished(reason);
    }

    @Override
    public void pause() {}

    @Override
    public void end(Usage usage) {
        exchange.respond(
                wire.whole(choices.stream().map(WholeChoice.Builder::build).toList(), usage));
    }
}
