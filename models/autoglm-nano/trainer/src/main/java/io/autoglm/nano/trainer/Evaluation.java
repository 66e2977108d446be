package io.autoglm.nano.trainer;

import io.autoglm.nano.corpus.Case;
import io.autoglm.nano.corpus.chat.Answer;
import io.autoglm.nano.corpus.chat.ChatText;
import io.autoglm.nano.corpus.tokenizer.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Greedy answers to held-out cases, counted per skill.
final class Evaluation {
    private final Greedy greedy;
    private final Tokenizer tokenizer;

    Evaluation(Greedy greedy, Tokenizer tokenizer) {
        this.greedy = greedy;
        this.tokenizer = tokenizer;
    }

    /// Right answers of all asked.
    record Score(int right, int asked) {
        Score plus(boolean isRight) {
            return new Score(right + (isRight ? 1 : 0), asked + 1);
        }

        double share() {
            return asked == 0 ? 0 : right / (double) asked;
        }
    }

    /// The outcome: the score of each skill, the score of all, and the wrong answers as text to read.
    record Report(Map<String, Score> skills, Score all, List<String> mistakes) {
        String table() {
            var text = new StringBuilder("| skill | right | of |\n|---|---|---|\n");
            skills.forEach((skill, score) -> text.append("| %s | %d (%.0f %%) | %d |%n"
                    .formatted(skill, score.right(), 100 * score.share(), score.asked())));
            return text.append("| **all** | **%d (%.1f %%)** | **%d** |%n"
                            .formatted(all.right(), 100 * all.share(), all.asked()))
                    .toString();
        }
    }

    Report run(List<Case> cases) {
        List<String> prompts =
                cases.stream().map(one -> ChatText.prompt(one.conversation())).toList();
        List<List<Integer>> answers =
                greedy.answers(prompts.stream().map(tokenizer::encode).toList());
        Map<String, Score> skills = new TreeMap<>();
        List<String> mistakes = new java.util.ArrayList<>();
        var all = new Score(0, 0);
        for (int i = 0; i < cases.size(); i++) {
            Case one = cases.get(i);
            String text = tokenizer.decode(answers.get(i));
            boolean right = one.check().test(Answer.ofText(text));
            skills.merge(one.skill(), new Score(0, 0).plus(right), (a, b) -> a.plus(right));
            all = all.plus(right);
            if (!right) {
                mistakes.add("[%s] %s\n  answered: %s\n  wanted:   %s"
                        .formatted(one.skill(), prompts.get(i), text, one.reference()));
            }
        }
        return new Report(skills, all, mistakes);
    }
}
