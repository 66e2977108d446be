package io.autoglm.nano.corpus;

import io.autoglm.nano.corpus.chat.Conversation;
import io.autoglm.nano.corpus.chat.Json;
import io.autoglm.nano.corpus.phrase.Lexicon;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Keeps the held-out names out of the training text, where random syllables and characters could spell one by chance.
final class Fence {
    private final Pattern heldOut;

    Fence(Lexicon lexicon) {
        String names = lexicon.heldOut().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .map(Pattern::quote)
                .collect(Collectors.joining("|"));
        heldOut = Pattern.compile("(?<![a-z])(?:" + names + ")(?![a-z])");
    }

    boolean lets(Conversation conversation) {
        return conversation.messages().stream()
                .noneMatch(message -> holdsName(message.content())
                        || message.toolCalls().stream().anyMatch(call -> holdsName(Json.write(call.arguments()))));
    }

    private boolean holdsName(String text) {
        return heldOut.matcher(text.toLowerCase(Locale.ROOT)).find();
    }
}
