package io.autoglm.nano.corpus.skill;

import io.autoglm.nano.corpus.chat.Answer;
import io.autoglm.nano.corpus.chat.Conversation;
import java.util.function.Predicate;

/// A conversation whose last message is the assistant's wanted answer, and the check that any answer in its place must
/// pass.
public record Scene(String skill, Conversation conversation, Predicate<Answer> check) {}
