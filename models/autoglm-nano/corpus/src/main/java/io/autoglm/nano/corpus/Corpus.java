package io.autoglm.nano.corpus;

import io.autoglm.nano.corpus.chat.Conversation;
import io.autoglm.nano.corpus.chat.Message;
import io.autoglm.nano.corpus.phrase.Draw;
import io.autoglm.nano.corpus.phrase.Language;
import io.autoglm.nano.corpus.phrase.Lexicon;
import io.autoglm.nano.corpus.phrase.Wording;
import io.autoglm.nano.corpus.skill.Exchanges;
import io.autoglm.nano.corpus.skill.Scene;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// The training dialogues, an endless stream of them: dialogue number `i` of a seed is always the same.
///
/// The first [#FIRST_COURSE] are mostly plain copying: short dialogues from which a model learns within minutes
/// to find again what it has read. On that everything else builds.
public final class Corpus {
    /// How many dialogues open the training before all skills mix.
    public static final long FIRST_COURSE = 7_000;

    private final Lexicon lexicon = new Lexicon();
    private final Skills skills = new Skills();
    private final Fence fence = new Fence(lexicon);
    private final long seed;

    public Corpus(long seed) {
        this.seed = seed;
    }

    /// The dialogue with that number.
    public Conversation dialogue(long number) {
        var random = new SplittableRandom(seed * 1_000_003 + number);
        Conversation dialogue = draw(random, number);
        while (!fence.lets(dialogue)) {
            dialogue = draw(random, number);
        }
        return dialogue;
    }

    private Conversation draw(SplittableRandom random, long number) {
        var draw = new Draw(lexicon, random, random.nextBoolean() ? Language.EN : Language.ZH, Wording.TRAINING);
        if (number < FIRST_COURSE && draw.chance(0.8)) {
            return Conversation.of(exchanges(draw, skills.echo(), 2));
        }
        int kind = draw.below(100);
        if (kind < 34) {
            return withSystem(draw, skills.memory().dialogue(draw).conversation(), "system");
        }
        if (kind < 46) {
            return withSystem(draw, Conversation.of(exchanges(draw, skills.phone(), 4)), "phone-system");
        }
        if (kind < 58) {
            return withSystem(draw, tools(draw).conversation(), "system");
        }
        if (kind < 69) {
            return withSystem(draw, skills.json().draw(draw).conversation(), "system");
        }
        if (kind < 79) {
            return withSystem(draw, Conversation.of(exchanges(draw, skills.echo(), 3)), "system");
        }
        if (kind < 85) {
            return withSystem(draw, Conversation.of(exchanges(draw, skills.sums(), 6)), "system");
        }
        return withSystem(draw, Conversation.of(exchanges(draw, skills.anything(), 5)), "system");
    }

    private Scene tools(Draw draw) {
        return switch (draw.below(10)) {
            case 0, 1 -> skills.tools().noneFits(draw);
            case 2 -> skills.tools().call(draw);
            default -> skills.tools().answer(draw);
        };
    }

    private static List<Message> exchanges(Draw draw, Exchanges skill, int most) {
        List<Message> messages = new ArrayList<>();
        int count = draw.between(1, most);
        for (int i = 0; i < count; i++) {
            messages.addAll(skill.draw(draw).messages());
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
