package io.autoglm.nano.corpus.skill;

import io.autoglm.nano.corpus.phrase.Draw;
import io.autoglm.nano.corpus.phrase.Phrasebook;
import io.autoglm.nano.corpus.phrase.Topic;
import io.autoglm.nano.corpus.phrase.Wording;
import java.util.List;
import java.util.Map;

/// Questions with one answer each, from a phrase book: small talk and identity (`talk`), or this suite (`suite`).
public final class Talk implements Exchanges {
    private final String skill;
    private final Phrasebook book;

    public Talk(String skill, String book) {
        this.skill = skill;
        this.book = Phrasebook.load(book);
    }

    @Override
    public Exchange draw(Draw draw) {
        List<Topic> topics = book.topics(draw.language()).stream()
                .filter(topic -> draw.wording() == Wording.TRAINING || topic.hasHeldOut())
                .toList();
        Topic topic = draw.one(topics);
        return new Exchange(
                skill,
                draw.say(topic, Map.of()),
                draw.answer(topic, Map.of()),
                answer -> topic.accepts(answer.content()));
    }
}
