package io.autoglm.nano.corpus;

import io.autoglm.nano.corpus.chat.Conversation;
import io.autoglm.nano.corpus.chat.Message;
import io.autoglm.nano.corpus.phrase.Draw;
import io.autoglm.nano.corpus.phrase.Language;
import io.autoglm.nano.corpus.phrase.Lexicon;
import io.autoglm.nano.corpus.phrase.Wording;
import io.autoglm.nano.corpus.skill.Scene;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// The training dialogues, an endless stream of them: dialogue number `i` of a seed is always the same.
public final class Corpus {
    private final Lexicon lexicon = new Lexicon();
    private final Skills skills = new Skills();
    private final long seed;

    public Corpus(long seed) {
        this.seed = seed;
    }

    /// The dialogue with that number.
    public Conversation dialogue(long number) {
        var random = new SplittableRandom(seed * 1_000_003 + number);
        var draw = new Draw(lexicon, random, random.nextBoolean() ? Language.EN : Language.ZH, Wording.TRAINING);
        int kind = draw.below(100);
        if (kind < 34) {
            return withSystem(draw, skills.memory().dialogue(draw).conversation(), "system");
        }
        if (kind < 46) {
            return withSystem(draw, Conversation.of(exchanges(draw, true)), "phone-system");
        }
        if (kind < 58) {
            return withSystem(draw, tools(draw).conversation(), "system");
        }
        if (kind < 68) {
            return withSystem(draw, skills.json().draw(draw).conversation(), "system");
        }
        return withSystem(draw, Conversation.of(exchanges(draw, false)), "system");
    }

    private Scene tools(Draw draw) {
        return switch (draw.below(10)) {
            case 0, 1 -> skills.tools().noneFits(draw);
            case 2 -> skills.tools().call(draw);
            default -> skills.tools().answer(draw);
        };
    }

    private List<Message> exchanges(Draw draw, boolean phone) {
        List<Message> messages = new ArrayList<>();
        int count = draw.between(1, phone ? 4 : 5);
        for (int i = 0; i < count; i++) {
            var exchange = (phone ? skills.phone() : skills.anything()).draw(draw);
            messages.add(Message.user(exchange.question()));
            messages.add(Message.assistant(exchange.answer()));
        }
        return messages;
    }

    private static Conversation withSystem(Draw draw, Conversation conversation, String list) {
        if (draw.chance(0.7)) {
            return conversation;
        }
        List<Message> messages = new ArrayList<>(conversation.messages());
        messages.addFirst(Message.system(draw.tidy(draw.word(list))));
        return new Conversation(messages, conversation.tools(), conversation.responseFormat());
    }
}
