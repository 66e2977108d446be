package io.autoglm.nano.corpus.skill;

import io.autoglm.nano.corpus.phrase.Draw;
import io.autoglm.nano.corpus.phrase.Phrasebook;
import io.autoglm.nano.corpus.phrase.Topic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Short phone instructions, answered in the AutoGLM action notation: `do(action="Launch", app="微信")`.
/// Coordinates are the notation's own 0 to 999 grid.
public final class Phone implements Exchanges {
    private static final Set<String> OPEN = Set.of("type", "finish");
    private static final Set<String> FREQUENT = Set.of("launch", "tap", "type", "finish");

    private final Phrasebook book = Phrasebook.load("phone");

    @Override
    public Exchange draw(Draw draw) {
        Topic topic = topic(draw);
        Map<String, String> slots = new HashMap<>();
        slots.put("app", draw.value("app"));
        slots.put("text", draw.text("text"));
        slots.put("x", String.valueOf(draw.below(1000)));
        slots.put("y", String.valueOf(draw.below(1000)));
        slots.put("n", String.valueOf(draw.between(1, 20)));
        String wanted = draw.fill(topic.answer(), slots);
        return new Exchange(
                "phone action",
                draw.say(topic, slots, OPEN.contains(topic.name())),
                wanted,
                answer -> answer.content().strip().equals(wanted));
    }

    private Topic topic(Draw draw) {
        List<Topic> topics = book.topics(draw.language());
        Topic topic = draw.one(topics);
        return draw.chance(0.45)
                ? draw.one(topics.stream()
                        .filter(one -> FREQUENT.contains(one.name()))
                        .toList())
                : topic;
    }
}
