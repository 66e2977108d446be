package io.autoglm.nano.corpus.skill;

import io.autoglm.nano.corpus.chat.Conversation;
import io.autoglm.nano.corpus.chat.Message;
import io.autoglm.nano.corpus.phrase.Draw;
import io.autoglm.nano.corpus.phrase.Phrasebook;
import io.autoglm.nano.corpus.phrase.Topic;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/// The user tells facts about himself, talks of other things, and asks for the facts; or for one he never told.
public final class Memory {
    /// What can be told and asked for; `slot` is the slot of the phrases that takes the value.
    public enum Fact {
        NAME("name"),
        CITY("city"),
        NUMBER("number"),
        FRIEND("name"),
        PET("name"),
        COLOUR("colour"),
        FOOD("food");

        private final String slot;

        Fact(String slot) {
            this.slot = slot;
        }

        String topic(String suffix) {
            return name().toLowerCase(Locale.ROOT) + suffix;
        }

        String value(Draw draw) {
            return switch (this) {
                case NAME, FRIEND, PET -> draw.name();
                case CITY -> draw.city();
                case NUMBER -> draw.number();
                case COLOUR -> draw.value("colour");
                case FOOD -> draw.value("food");
            };
        }
    }

    private final Phrasebook book = Phrasebook.load("memory");
    private final Exchanges filler;

    /// `filler` gives the talk between telling and asking.
    public Memory(Exchanges filler) {
        this.filler = filler;
    }

    /// A whole dialogue for training: one to four facts told, other talk between, one to three questions.
    public Scene dialogue(Draw draw) {
        var telling = new Telling(draw);
        int facts = 1 + Math.min(draw.below(4), draw.below(4));
        for (Fact fact : some(draw, facts)) {
            telling.fillers(draw.below(2) * draw.below(2));
            telling.tell(fact);
        }
        if (telling.knows(Fact.NAME) && draw.chance(0.08)) {
            telling.changeName();
        }
        telling.fillers(Math.min(draw.below(5), draw.below(5)));
        int questions = draw.between(1, 3);
        for (int i = 0; i < questions; i++) {
            telling.ask(draw.chance(0.12) ? draw.one(List.of(Fact.values())) : telling.oneTold());
        }
        return telling.scene("memory");
    }

    /// A case about one kind of fact: it is told, perhaps beside another, then `turns` turns of other talk, then asked.
    public Scene recall(Draw draw, Fact wanted, int turns) {
        var telling = new Telling(draw);
        boolean first = draw.chance(0.5);
        Fact other = draw.one(List.of(Fact.values()));
        boolean both = draw.chance(0.5) && other != wanted;
        if (both && first) {
            telling.tell(other);
        }
        telling.tell(wanted);
        if (both && !first) {
            telling.tell(other);
        }
        telling.fillers(turns);
        telling.ask(wanted);
        return telling.scene(wanted.topic(" recall"));
    }

    /// A case about a fact that was never told.
    public Scene neverTold(Draw draw, Fact wanted) {
        var telling = new Telling(draw);
        telling.fillers(1);
        telling.ask(wanted);
        return telling.scene("says when it was not told");
    }

    private static List<Fact> some(Draw draw, int count) {
        List<Fact> facts = new ArrayList<>(List.of(Fact.values()));
        Collections.shuffle(facts, new Random(draw.below(Integer.MAX_VALUE)));
        if (draw.chance(0.6)) {
            facts.remove(Fact.NAME);
            facts.addFirst(Fact.NAME);
        }
        List<Fact> chosen = new ArrayList<>(facts.subList(0, count));
        Collections.shuffle(chosen, new Random(draw.below(Integer.MAX_VALUE)));
        return chosen;
    }

    /// A dialogue under construction.
    private final class Telling {
        private final Draw draw;
        private final List<Message> messages = new ArrayList<>();
        private final Map<Fact, String> known = new EnumMap<>(Fact.class);
        private String lastWanted = "";

        Telling(Draw draw) {
            this.draw = draw;
        }

        boolean knows(Fact fact) {
            return known.containsKey(fact);
        }

        Fact oneTold() {
            return draw.one(List.copyOf(known.keySet()));
        }

        void tell(Fact fact) {
            if (fact == Fact.NAME && !knows(Fact.CITY) && draw.chance(0.15)) {
                tellNameAndCity();
                return;
            }
            String value = fact.value(draw);
            if (known.containsValue(value)) {
                return;
            }
            known.put(fact, value);
            say(book.topic(draw.language(), fact.topic("-tell")), Map.of(fact.slot, value));
        }

        void changeName() {
            String value = draw.name();
            known.put(Fact.NAME, value);
            say(book.topic(draw.language(), "name-change"), Map.of("name", value));
        }

        void ask(Fact fact) {
            Draw asking = draw.chance(0.05) ? draw.otherLanguage() : draw;
            Topic topic = book.topic(asking.language(), fact.topic("-ask"));
            String value = known.get(fact);
            lastWanted = value == null ? asking.tidy(topic.unknown()) : value;
            messages.add(Message.user(asking.say(topic, Map.of())));
            messages.add(
                    Message.assistant(value == null ? lastWanted : asking.answer(topic, Map.of(fact.slot, value))));
        }

        void fillers(int count) {
            for (int i = 0; i < count; i++) {
                messages.addAll(filler.draw(draw.training()).messages());
            }
        }

        Scene scene(String skill) {
            String wanted = lastWanted.toLowerCase(Locale.ROOT);
            return new Scene(
                    skill,
                    Conversation.of(messages),
                    answer -> answer.content().toLowerCase(Locale.ROOT).contains(wanted));
        }

        private void tellNameAndCity() {
            String name = draw.name();
            String city = draw.city();
            known.put(Fact.NAME, name);
            known.put(Fact.CITY, city);
            say(book.topic(draw.language(), "name-city-tell"), Map.of("name", name, "city", city));
        }

        private void say(Topic topic, Map<String, String> slots) {
            messages.add(Message.user(draw.say(topic, slots)));
            messages.add(Message.assistant(draw.answer(topic, slots)));
        }
    }
}
