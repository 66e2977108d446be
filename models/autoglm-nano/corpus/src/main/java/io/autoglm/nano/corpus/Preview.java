package io.autoglm.nano.corpus;

import io.autoglm.nano.corpus.chat.ChatText;
import java.util.stream.LongStream;

/// Prints the first training dialogues and held-out cases as the model reads them: `java … Preview [count]`.
public final class Preview {
    private Preview() {}

    public static void main(String[] args) {
        int count = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        var corpus = new Corpus(1);
        LongStream.range(0, count).mapToObj(corpus::dialogue).forEach(dialogue -> {
            ChatText.trainingParts(dialogue).forEach(part -> System.out.print(part.text()));
            System.out.println("\n");
        });
        HeldOut.cases(HeldOut.SEED, count)
                .forEach(one -> System.out.println(
                        "--- " + one.skill() + "\n" + ChatText.prompt(one.conversation()) + one.reference() + "\n"));
    }
}
