package io.autoglm.inference.api;

import io.autoglm.inference.text.AssistantDelta;
import io.autoglm.protocol.openai.Usage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Gives the answer as one body when all of it is there: of each prompt's answers all, or those with the best
/// mean logprob, best first.
final class WholeAnswer implements AnswerSink {

    private final Exchange exchange;
    private final Wire wire;
    private final List<WholeChoice.Builder> choices;
    private final int ofEachPrompt;
    private final int best;

    /// @param ofEachPrompt choices that share a prompt, and stand beside each other
    /// @param best         of those, how many are given
    WholeAnswer(Exchange exchange, Wire wire, int choices, int ofEachPrompt, int best) {
        this.exchange = exchange;
        this.wire = wire;
        this.ofEachPrompt = ofEachPrompt;
        this.best = best;
        this.choices = Stream.generate(WholeChoice.Builder::new).limit(choices).toList();
    }

    @Override
    public void token(int choice, int token) {}

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
        List<WholeChoice> all = choices.stream().map(WholeChoice.Builder::build).toList();
        exchange.respond(wire.whole(best < ofEachPrompt ? best(all) : all, usage));
    }

    private List<WholeChoice> best(List<WholeChoice> all) {
        List<WholeChoice> given = new ArrayList<>();
        for (int from = 0; from < all.size(); from += ofEachPrompt) {
            all.subList(from, from + ofEachPrompt).stream()
                    .sorted(Comparator.comparingDouble(WholeChoice::meanLogprob).reversed())
                    .limit(best)
                    .forEach(given::add);
        }
        return given;
    }
}
