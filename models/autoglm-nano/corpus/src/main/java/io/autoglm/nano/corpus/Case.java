package io.autoglm.nano.corpus;

import io.autoglm.nano.corpus.chat.Answer;
import io.autoglm.nano.corpus.chat.Conversation;
import java.util.function.Predicate;

/// One held-out question: the skill it measures, the conversation up to the assistant's turn, and the check of
/// the answer. `reference` is an answer that passes.
public record Case(String skill, Conversation conversation, Answer reference, Predicate<Answer> check) {}
