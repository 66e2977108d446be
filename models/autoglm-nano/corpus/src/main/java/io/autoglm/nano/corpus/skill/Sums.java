package io.autoglm.nano.corpus.skill;

import io.autoglm.nano.corpus.phrase.Draw;
import io.autoglm.nano.corpus.phrase.Phrasebook;
import java.util.Map;
import java.util.regex.Pattern;

/// Sums and differences of numbers from 0 to 20 (no negative results), products of numbers from 0 to 10.
public final class Sums implements Exchanges {
    private static final Pattern LAST_NUMBER = Pattern.compile(".*?(-?\\d+)\\D*$", Pattern.DOTALL);

    private final Phrasebook book = Phrasebook.load("sums");

    /// One problem: the topic of the book that words it, its operands and its result.
    record Problem(String topic, int a, int b, int result) {
        Map<String, String> slots() {
            return Map.of("a", String.valueOf(a), "b", String.valueOf(b), "c", String.valueOf(result));
        }
    }

    static Problem problem(Draw draw) {
        int a = draw.between(0, 20);
        int b = draw.between(0, 20);
        return switch (draw.below(3)) {
            case 0 -> new Problem("plus", a, b, a + b);
            case 1 -> new Problem("minus", Math.max(a, b), Math.min(a, b), Math.abs(a - b));
            default -> new Problem("times", a / 2, b / 2, (a / 2) * (b / 2));
        };
    }

    @Override
    public Exchange draw(Draw draw) {
        Problem problem = problem(draw);
        var topic = book.topic(draw.language(), problem.topic());
        var slots = problem.slots();
        return new Exchange(
                "arithmetic",
                draw.say(topic, slots),
                draw.answer(topic, slots),
                answer -> LAST_NUMBER
                        .matcher(answer.content())
                        .replaceAll("$1")
                        .equals(String.valueOf(problem.result())));
    }
}
