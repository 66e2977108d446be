package io.autoglm.nano.corpus.skill;

import io.autoglm.nano.corpus.phrase.Draw;
import io.autoglm.nano.corpus.phrase.Phrasebook;
import java.util.Map;

/// Saying something word for word. Words without sense, names and numbers in a row leave nothing to do but copy, which
/// is what recalling names, filling in arguments and writing JSON come down to.
public final class Echo implements Exchanges {
    private final Phrasebook book = Phrasebook.load("echo");

    @Override
    public Exchange draw(Draw draw) {
        var topic = book.topic(draw.language(), "repeat");
        String text = draw.tidy(draw.nonsense(2, 9));
        return new Exchange(
                "repeat",
                draw.say(topic, Map.of("text", text), true),
                text,
                answer -> answer.content().strip().equals(text));
    }
}
