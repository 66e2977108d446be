package io.autoglm.inference.api;

import io.autoglm.inference.batching.Generation;
import io.autoglm.inference.sampling.SampledToken;
import io.autoglm.inference.text.AssistantDelta;
import io.autoglm.inference.text.AssistantParser;
import io.autoglm.inference.text.StopStrings;
import io.autoglm.inference.text.TextStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One answer on its way from tokens to what the client sees: characters, up to the first stop string, taken apart into
/// content, reasoning and tool calls. Used by the request's own thread.
final class AnswerText {

    private final Generation generation;
    private final TextStream characters;
    private final StopStrings stops;
    private final @Nullable AssistantParser parser;
    private final Ends ends;
    private final List<AnswerToken> untold = new ArrayList<>();
    private int tokens;
    private int offset;
    private boolean ended;
    private boolean finished;
    private @Nullable FinishReason replayedTo;

    /// What ends an answer beside its stop strings and what ends its generation.
    ///
    /// @param tokens    end it with themselves, and belong to its text
    /// @param minTokens tokens that it has before a stop string counts
    record Ends(Set<Integer> tokens, int minTokens) {

        static final Ends NONE = new Ends(Set.of(), 0);
    }

    /// @param parser null for a plain completion, whose text is given as it is
    AnswerText(
            Generation generation,
            TextStream characters,
            StopStrings stops,
            @Nullable AssistantParser parser,
            Ends ends) {
        this.generation = generation;
        this.characters = characters;
        this.stops = stops;
        this.parser = parser;
        this.ends = ends;
    }

    /// @return what the token adds to the answer, often nothing
    List<AssistantDelta> append(SampledToken token) {
        tokens++;
        untold.add(new AnswerToken(token, offset));
        String text = characters.append(token.token());
        offset += text.codePointCount(0, text.length());
        List<AssistantDelta> deltas = parse(stops.append(text, tokens > ends.minTokens()));
        ended = ends.tokens().contains(token.token()) || (parser != null && parser.finished());
        if (stopped()) {
            generation.stop();
        }
        return deltas;
    }

    /// What was said elsewhere, and is with the client already. Perhaps that was all.
    ///
    /// @param limit tokens that the answer may have
    void replay(int[] said, int limit) {
        for (int token : said) {
            append(new SampledToken(token, null, List.of()));
        }
        untold.clear();
        if (stopped()) {
            replayedTo = FinishReason.STOP;
        } else if (tokens >= limit) {
            replayedTo = FinishReason.LENGTH;
        }
    }

    /// How what was said elsewhere has ended the answer; empty where there is more to say.
    Optional<FinishReason> replayedTo() {
        return Optional.ofNullable(replayedTo);
    }

    /// A stop string came, or what else ends it here: the answer is over, whatever is generated still.
    boolean stopped() {
        return ended || stops.stopped();
    }

    /// The answer is over.
    ///
    /// @return what was held back
    List<AssistantDelta> finish() {
        finished = true;
        List<AssistantDelta> deltas = new ArrayList<>();
        if (!stops.stopped()) {
            deltas.addAll(parse(stops.append(characters.end())));
            deltas.addAll(parse(stops.end()));
        }
        if (parser != null) {
            deltas.addAll(parser.end());
        }
        return deltas;
    }

    boolean finished() {
        return finished;
    }

    /// The model's end token, which has no text, is paid for too.
    void countEndToken() {
        tokens++;
    }

    int tokens() {
        return tokens;
    }

    boolean calledTools() {
        return parser != null && parser.toolCalls() > 0;
    }

    /// Tokens since this was asked last, for logprobs.
    List<AnswerToken> takeTokens() {
        List<AnswerToken> taken = List.copyOf(untold);
        untold.clear();
        return taken;
    }

    Generation generation() {
        return generation;
    }

    private List<AssistantDelta> parse(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        return parser == null ? List.of(new AssistantDelta.Content(text)) : parser.append(text);
    }
}
