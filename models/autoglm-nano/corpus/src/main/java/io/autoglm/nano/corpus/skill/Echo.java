package io.autoglm.nano.corpus.skill;

import io.autoglm.nano.corpus.phrase.Draw;
import io.autoglm.nano.corpus.phrase.Language;
import io.autoglm.nano.corpus.phrase.Phrasebook;
import java.util.Map;
import java.util.StringJoiner;

/// Saying something word for word. Words without sense, names and numbers in a row leave nothing to do but copy, which
/// is what recalling names, filling in arguments and writing JSON come down to.
public final class Echo implements Exchanges {
    private final Phrasebook book = Phrasebook.load("echo");

    @Override
    public Exchange draw(Draw draw) {
        var topic = book.topic(draw.language(), "repeat");
        String text = text(draw);
        return new Exchange(
                "repeat",
                draw.say(topic, Map.of("text", text), true),
                text,
                answer -> answer.content().strip().equals(text));
    }

    private static String text(Draw draw) {
        var words = new StringJoiner(draw.language() == Language.EN ? " " : "");
        int count = draw.between(2, 9);
        for (int i = 0; i < count; i++) {
            words.add(
                    switch (draw.below(5)) {
                        case 0 -> draw.name();
                        case 1 -> draw.city();
                        case 2 -> draw.number();
                        default -> draw.training().word("noise");
                    });
        }
        return draw.tidy(words.toString());
    }
}
