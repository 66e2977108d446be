package io.autoglm.nano.corpus.skill;

import io.autoglm.nano.corpus.chat.Answer;
import io.autoglm.nano.corpus.chat.Message;
import java.util.List;
import java.util.function.Predicate;

/// One question and the answer wanted, complete without anything said before.
public record Exchange(String skill, String question, String answer, Predicate<Answer> check) {
    public List<Message> messages() {
        return List.of(Message.user(question), Message.assistant(answer));
    }
}
