package io.autoglm.nano.corpus.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Learns byte-pair merges: again and again the most frequent neighbouring pair becomes one token; ties go to the pair
/// first in code unit order, so that the result does not depend on the machine.
///
/// Han characters count as if they were very frequent: each gets a token of its own before any Latin merge is made.
public final class BytePairTrainer {
    private static final long HAN_BONUS = 1L << 32;

    private record Pair(String left, String right) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            int byLeft = left.compareTo(other.left);
            return byLeft != 0 ? byLeft : right.compareTo(other.right);
        }
    }

    private final List<List<String>> words = new ArrayList<>();
    private final List<Long> counts = new ArrayList<>();
    private final Map<Pair, Long> pairs = new HashMap<>();
    private final Map<Pair, List<Integer>> places = new HashMap<>();

    private BytePairTrainer(Stream<String> texts) {
        Map<String, Long> frequency = new TreeMap<>();
        texts.flatMap(text -> Words.of(text).stream()).forEach(word -> frequency.merge(word, 1L, Long::sum));
        frequency.forEach((word, count) -> {
            boolean han = Character.UnicodeScript.of(word.codePointAt(0)) == Character.UnicodeScript.HAN;
            words.add(new ArrayList<>(ByteAlphabet.spell(word)
                    .chars()
                    .mapToObj(Character::toString)
                    .toList()));
            counts.add(han ? count + HAN_BONUS : count);
        });
        for (int word = 0; word < words.size(); word++) {
            count(word, 1);
        }
    }

    /// A tokenizer of `vocabularySize` tokens, special tokens included and standing last.
    public static Tokenizer train(Stream<String> texts, int vocabularySize) {
        var trainer = new BytePairTrainer(texts);
        int specials = SpecialTokens.CONTROL.size() + SpecialTokens.NOTATION.size();
        return trainer.merge(vocabularySize - specials);
    }

    private Tokenizer merge(int size) {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        for (int value = 0; value < 256; value++) {
            vocabulary.put(Character.toString(ByteAlphabet.character(value)), vocabulary.size());
        }
        List<Tokenizer.Merge> merges = new ArrayList<>();
        while (vocabulary.size() < size) {
            Pair best = best();
            merges.add(new Tokenizer.Merge(best.left(), best.right()));
            vocabulary.putIfAbsent(best.left() + best.right(), vocabulary.size());
            apply(best);
        }
        return new Tokenizer(vocabulary, merges);
    }

    private Pair best() {
        Pair best = null;
        long most = 1;
        for (Map.Entry<Pair, Long> entry : pairs.entrySet()) {
            long count = entry.getValue();
            if (count > most || (count == most && best != null && entry.getKey().compareTo(best) < 0)) {
                best = entry.getKey();
                most = count;
            }
        }
        if (best == null) {
            throw new IllegalStateException("the texts hold too few pairs for this vocabulary");
        }
        return best;
    }

    private void apply(Pair pair) {
        List<Integer> affected = places.getOrDefault(pair, List.of());
        for (int word : affected.stream().distinct().toList()) {
            count(word, -1);
            List<String> symbols = words.get(word);
            for (int i = 0; i + 1 < symbols.size(); i++) {
                if (symbols.get(i).equals(pair.left()) && symbols.get(i + 1).equals(pair.right())) {
                    symbols.set(i, pair.left() + pair.right());
                    symbols.remove(i + 1);
                }
            }
            count(word, 1);
        }
        pairs.remove(pair);
        places.remove(pair);
    }

    private void count(int word, int sign) {
        List<String> symbols = words.get(word);
        for (int i = 0; i + 1 < symbols.size(); i++) {
            var pair = new Pair(symbols.get(i), symbols.get(i + 1));
            pairs.merge(pair, sign * counts.get(word), Long::sum);
            if (sign > 0) {
                places.computeIfAbsent(pair, ignored -> new ArrayList<>()).add(word);
            }
        }
    }
}
