package io.autoglm.nano.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// The most likely next token, again and again, for many prompts at once. There is no cache: this is for measuring, not
/// for serving.
final class Greedy {
    private static final int ROWS = 25;
    private static final int MAX_ANSWER = 96;

    private final Network network;
    private final Set<Integer> ends;

    Greedy(Network network, Set<Integer> ends) {
        this.network = network;
        this.ends = Set.copyOf(ends);
    }

    List<List<Integer>> answers(List<List<Integer>> prompts) {
        List<List<Integer>> answers = new ArrayList<>();
        prompts.forEach(prompt -> answers.add(new ArrayList<>()));
        List<Integer> order = IntStream.range(0, prompts.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> prompts.get(i).size()))
                .toList();
        for (int from = 0; from < order.size(); from += ROWS) {
            answer(prompts, answers, order.subList(from, Math.min(order.size(), from + ROWS)));
        }
        return answers;
    }

    private void answer(List<List<Integer>> prompts, List<List<Integer>> answers, List<Integer> rows) {
        List<Integer> open = new ArrayList<>(rows);
        for (int step = 0; step < MAX_ANSWER && !open.isEmpty(); step++) {
            long[] next = next(open.stream()
                    .map(row -> {
                        List<Integer> text = new ArrayList<>(prompts.get(row));
                        text.addAll(answers.get(row));
                        return text;
                    })
                    .toList());
            List<Integer> still = new ArrayList<>();
            for (int i = 0; i < open.size(); i++) {
                int token = (int) next[i];
                if (!ends.contains(token)) {
                    answers.get(open.get(i)).add(token);
                    still.add(open.get(i));
                }
            }
            open = still;
        }
    }

    private long[] next(List<List<Integer>> texts) {
        int length = texts.stream().mapToInt(List::size).max().orElse(0);
        var ids = new int[texts.size() * length];
        var last = new long[texts.size()];
        for (int row = 0; row < texts.size(); row++) {
            List<Integer> text = texts.get(row);
            for (int i = 0; i < text.size(); i++) {
                ids[row * length + i] = text.get(i);
            }
            last[row] = (long) row * length + text.size() - 1;
        }
        try (var scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray logits = network.logits(ids, texts.size(), length, last);
            return logits.argMax(1).toLongArray();
        }
    }
}
