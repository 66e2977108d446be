package io.autoglm.nano.corpus.phrase;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A text resource of topics. The format, a line each:
///
/// ```
/// # comment
/// @word = text              a macro, used as @word in later lines
/// == topic
/// en? phrase                a way to ask, for training ([Phrase] notation); zh? the same in Chinese
/// en! phrase                a way to ask that only the held-out evaluation uses
/// en= text                  the answer, taken as it is but for $slots
/// en- text                  the answer when the thing asked for is not known
/// en~ a&b | a|b             what a right answer contains: all of them, or one of them
/// ```
/// In Chinese lines ASCII punctuation after a Han character or a slot becomes full-width on loading.
public final class Phrasebook {
    private static final Pattern LINE = Pattern.compile("(en|zh)([?!=~-]) ?(.*)");
    private static final Pattern MACRO = Pattern.compile("@([a-z]+)");

    private final Map<Language, Map<String, Topic>> topics = new EnumMap<>(Language.class);

    private Phrasebook() {
        for (Language language : Language.values()) {
            topics.put(language, new LinkedHashMap<>());
        }
    }

    /// Loads the book `name.txt` that stands beside this class.
    public static Phrasebook load(String name) {
        try (InputStream in = Phrasebook.class.getResourceAsStream(name + ".txt")) {
            if (in == null) {
                throw new IllegalArgumentException("no phrase book " + name);
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Phrasebook parse(String text) {
        var book = new Phrasebook();
        Map<String, String> macros = new LinkedHashMap<>();
        String topic = "";
        for (String line : text.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            Matcher parts = LINE.matcher(line);
            if (line.startsWith("@")) {
                int equals = line.indexOf(" = ");
                macros.put(line.substring(1, equals), expand(line.substring(equals + 3), macros));
            } else if (line.startsWith("== ")) {
                topic = line.substring(3).strip();
            } else if (parts.matches()) {
                book.add(topic, parts, macros);
            } else {
                throw new IllegalArgumentException("cannot read phrase book line: " + line);
            }
        }
        return book;
    }

    /// The topic, which must exist in that language.
    public Topic topic(Language language, String name) {
        Topic topic = perLanguage(language).get(name);
        if (topic == null) {
            throw new IllegalArgumentException("no topic " + name + " in " + language);
        }
        return topic;
    }

    /// All topics of a language in the order of the file.
    public List<Topic> topics(Language language) {
        return new ArrayList<>(perLanguage(language).values());
    }

    private Map<String, Topic> perLanguage(Language language) {
        return topics.computeIfAbsent(language, ignored -> new LinkedHashMap<>());
    }

    private void add(String topic, Matcher parts, Map<String, String> macros) {
        Language language = Language.valueOf(parts.group(1).toUpperCase(Locale.ROOT));
        char kind = parts.group(2).charAt(0);
        boolean isPhrase = kind == '?' || kind == '!';
        String text = isPhrase ? expand(parts.group(3), macros) : parts.group(3);
        perLanguage(language).computeIfAbsent(topic, Topic::new).add(kind, text);
    }

    private static String expand(String text, Map<String, String> macros) {
        return MACRO.matcher(text).replaceAll(found -> {
            String name = found.group(1);
            String value = macros.get(name);
            if (value == null) {
                throw new IllegalArgumentException("unknown macro @" + name + " in: " + text);
            }
            return Matcher.quoteReplacement(value);
        });
    }
}
