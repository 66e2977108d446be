package io.autoglm.inference.api;

import io.autoglm.inference.ServingModel;
import io.autoglm.inference.sampling.SampledToken;
import io.autoglm.inference.text.AssistantDelta;
import io.autoglm.inference.text.AssistantParser;
import io.autoglm.inference.text.TextStream;
import java.util.List;
import java.util.function.Supplier;

/// Turns the beams that a search found into choices, one after the other.
final class BeamText {

    private final ServingModel model;
    private final AnswerOptions options;
    private final Answer.Reading reading;
    private final AnswerSink sink;
    private int choice;

    BeamText(ServingModel model, AnswerOptions options, Answer.Reading reading, AnswerSink sink) {
        this.model = model;
        this.options = options;
        this.reading = reading;
        this.sink = sink;
    }

    /// The next choice.
    void give(Beams.Beam beam) {
        TextStream characters = model.tokenizer().stream(options.showSpecial(), reading.continues());
        Supplier<AssistantParser> parsers = reading.parser();
        AssistantParser parser = parsers == null ? null : parsers.get();
        boolean withoutEnd = beam.ended() && !options.stops().included();
        int offset = 0;
        for (SampledToken token : beam.tokens().subList(0, beam.length() - (withoutEnd ? 1 : 0))) {
            String text = characters.append(token.token());
            List<AssistantDelta> deltas = parser == null ? content(text) : parser.append(text);
            deltas.forEach(delta -> sink.delta(choice, delta, List.of()));
            sink.delta(choice, new AssistantDelta.Content(""), List.of(new AnswerToken(token, offset)));
            offset += text.codePointCount(0, text.length());
        }
        String rest = characters.end();
        List<AssistantDelta> last = parser == null ? content(rest) : parser.append(rest);
        last.forEach(delta -> sink.delta(choice, delta, List.of()));
        if (parser != null) {
            parser.end().forEach(delta -> sink.delta(choice, delta, List.of()));
        }
        boolean calls = beam.ended() && parser != null && parser.toolCalls() > 0;
        FinishReason reason = calls ? FinishReason.TOOL_CALLS : beam.ended() ? FinishReason.STOP : FinishReason.LENGTH;
        sink.finished(choice++, reason, List.of());
    }

    private static List<AssistantDelta> content(String text) {
        return text.isEmpty() ? List.of() : List.of(new AssistantDelta.Content(text));
    }
}
