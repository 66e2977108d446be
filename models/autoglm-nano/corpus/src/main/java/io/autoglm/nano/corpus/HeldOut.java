package io.autoglm.nano.corpus;

import io.autoglm.nano.corpus.chat.Answer;
import io.autoglm.nano.corpus.chat.Conversation;
import io.autoglm.nano.corpus.chat.Message;
import io.autoglm.nano.corpus.phrase.Draw;
import io.autoglm.nano.corpus.phrase.Language;
import io.autoglm.nano.corpus.phrase.Lexicon;
import io.autoglm.nano.corpus.phrase.Wording;
import io.autoglm.nano.corpus.skill.Exchange;
import io.autoglm.nano.corpus.skill.Memory.Fact;
import io.autoglm.nano.corpus.skill.Scene;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;

/// The held-out evaluation: questions in words, and about names, that the training text never holds. Numbers
/// and the talk between two decisive turns may be as in training.
public final class HeldOut {
    /// The seed of the published figures.
    public static final long SEED = 20_261_121L;

    /// The number of cases of the published figures.
    public static final int COUNT = 200;

    private HeldOut() {}

    /// `count` cases, the same for the same seed, the skills in fixed shares and both languages in turn.
    public static List<Case> cases(long seed, int count) {
        var skills = new Skills();
        var lexicon = new Lexicon();
        var random = new SplittableRandom(seed);
        List<Share> shares = shares(skills);
        List<Case> cases = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            // 37 has no divisor in common with the 100 slots, so any prefix of the cases holds a fair mix.
            int slot = (i * 37) % 100;
            Share share = shares.getFirst();
            for (Share one : shares) {
                if (slot >= one.from()) {
                    share = one;
                }
            }
            Language language = (i + i / 100) % 2 == 0 ? Language.EN : Language.ZH;
            cases.add(asCase(share.scene().apply(new Draw(lexicon, random.split(), language, Wording.HELD_OUT))));
        }
        return cases;
    }

    /// From which of 100 slots on a scene is drawn.
    private record Share(int from, Function<Draw, Scene> scene) {}

    private static List<Share> shares(Skills skills) {
        return List.of(
                new Share(0, draw -> skills.memory().recall(draw, Fact.NAME, draw.between(2, 3))),
                new Share(18, draw -> skills.memory().recall(draw, Fact.CITY, draw.between(1, 3))),
                new Share(25, draw -> skills.memory().recall(draw, Fact.NUMBER, draw.between(1, 3))),
                new Share(
                        32,
                        draw -> skills.memory().neverTold(draw, draw.one(List.of(Fact.NAME, Fact.CITY, Fact.NUMBER)))),
                new Share(35, draw -> alone(skills.talk().draw(draw))),
                new Share(47, draw -> alone(skills.suite().draw(draw))),
                new Share(62, draw -> alone(skills.echo().draw(draw))),
                new Share(64, draw -> alone(skills.sums().draw(draw))),
                new Share(74, draw -> alone(skills.phone().draw(draw))),
                new Share(84, draw -> skills.tools().call(draw)),
                new Share(89, draw -> skills.tools().answer(draw)),
                new Share(92, draw -> skills.tools().noneFits(draw)),
                new Share(94, draw -> skills.json().draw(draw)));
    }

    private static Scene alone(Exchange exchange) {
        return new Scene(exchange.skill(), Conversation.of(exchange.messages()), exchange.check());
    }

    private static Case asCase(Scene scene) {
        Conversation whole = scene.conversation();
        List<Message> messages = whole.messages();
        return new Case(
                scene.skill(),
                new Conversation(messages.subList(0, messages.size() - 1), whole.tools(), whole.responseFormat()),
                Answer.of(messages.getLast()),
                scene.check());
    }
}
