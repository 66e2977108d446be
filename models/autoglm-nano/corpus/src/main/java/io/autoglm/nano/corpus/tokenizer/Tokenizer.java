package io.autoglm.nano.corpus.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Text to token ids and back, exactly as Hugging Face tokenizers do it from the `tokenizer.json` of this tokenizer.
/// Not thread-safe: it remembers words that it has cut before.
public final class Tokenizer {
    private static final int REMEMBERED_WORDS = 200_000;
    private static final Pattern SPECIAL =
            Pattern.compile(Stream.concat(SpecialTokens.CONTROL.stream(), SpecialTokens.NOTATION.stream())
                    .map(Pattern::quote)
                    .collect(Collectors.joining("|")));

    /// Two tokens that become one; earlier merges of the list go first.
    record Merge(String left, String right) {}

    private final Map<String, Integer> vocabulary;
    private final List<Merge> merges;
    private final Map<Merge, Integer> ranks = new HashMap<>();
    private final Map<String, Integer> specials = new LinkedHashMap<>();
    private final Map<Integer, String> tokens = new HashMap<>();
    private final Map<String, List<Integer>> remembered = new HashMap<>();

    Tokenizer(Map<String, Integer> vocabulary, List<Merge> merges) {
        this.vocabulary = new LinkedHashMap<>(vocabulary);
        this.merges = List.copyOf(merges);
        for (int rank = 0; rank < merges.size(); rank++) {
            ranks.put(merges.get(rank), rank);
        }
        vocabulary.forEach((token, id) -> tokens.put(id, token));
        for (String special : SpecialTokens.CONTROL) {
            specials.put(special, vocabulary.size() + specials.size());
        }
        for (String special : SpecialTokens.NOTATION) {
            specials.put(special, vocabulary.size() + specials.size());
        }
    }

    public int size() {
        return vocabulary.size() + specials.size();
    }

    /// The id of a special token such as `<|user|>`.
    public int special(String token) {
        Integer id = specials.get(token);
        if (id == null) {
            throw new IllegalArgumentException("no special token " + token);
        }
        return id;
    }

    public List<Integer> encode(String text) {
        List<Integer> ids = new ArrayList<>();
        Matcher matcher = SPECIAL.matcher(text);
        int from = 0;
        while (matcher.find()) {
            encodePlain(text.substring(from, matcher.start()), ids);
            ids.add(special(matcher.group()));
            from = matcher.end();
        }
        encodePlain(text.substring(from), ids);
        return ids;
    }

    /// The text of the ids, control marks left out. Bytes that are no UTF-8 become U+FFFD.
    public String decode(List<Integer> ids) {
        var bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            String token = tokens.get(id);
            if (token != null) {
                bytes.writeBytes(ByteAlphabet.bytes(token));
            } else {
                bytes.writeBytes(notation(id).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    Map<String, Integer> vocabulary() {
        return vocabulary;
    }

    List<Merge> merges() {
        return merges;
    }

    Map<String, Integer> specials() {
        return specials;
    }

    private String notation(int id) {
        return SpecialTokens.NOTATION.stream()
                .filter(token -> special(token) == id)
                .findFirst()
                .orElse("");
    }

    private void encodePlain(String text, List<Integer> ids) {
        for (String word : Words.of(text)) {
            List<Integer> known = remembered.get(word);
            if (known == null) {
                known = cut(ByteAlphabet.spell(word));
                if (remembered.size() < REMEMBERED_WORDS) {
                    remembered.put(word, known);
                }
            }
            ids.addAll(known);
        }
    }

    private List<Integer> cut(String spelled) {
        List<String> symbols =
                new ArrayList<>(spelled.chars().mapToObj(Character::toString).toList());
        Merge next = lowest(symbols);
        while (next != null) {
            for (int i = 0; i + 1 < symbols.size(); i++) {
                if (symbols.get(i).equals(next.left()) && symbols.get(i + 1).equals(next.right())) {
                    symbols.set(i, next.left() + next.right());
                    symbols.remove(i + 1);
                }
            }
            next = lowest(symbols);
        }
        return symbols.stream()
                .map(symbol -> vocabulary.getOrDefault(symbol, 0))
                .toList();
    }

    private @Nullable Merge lowest(List<String> symbols) {
        Merge lowest = null;
        int best = Integer.MAX_VALUE;
        for (int i = 0; i + 1 < symbols.size(); i++) {
            var pair = new Merge(symbols.get(i), symbols.get(i + 1));
            int rank = ranks.getOrDefault(pair, Integer.MAX_VALUE);
            if (rank < best) {
                best = rank;
                lowest = pair;
            }
        }
        return lowest;
    }
}
