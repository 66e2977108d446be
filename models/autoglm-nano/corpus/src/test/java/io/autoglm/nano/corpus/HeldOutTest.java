package io.autoglm.nano.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.nano.corpus.chat.Answer;
import io.autoglm.nano.corpus.chat.ChatText;
import io.autoglm.nano.corpus.chat.Message;
import io.autoglm.nano.corpus.chat.Role;
import io.autoglm.nano.corpus.phrase.Language;
import io.autoglm.nano.corpus.phrase.Lexicon;
import io.autoglm.nano.corpus.phrase.Phrase;
import io.autoglm.nano.corpus.phrase.Phrasebook;
import io.autoglm.nano.corpus.phrase.Topic;
import io.autoglm.nano.corpus.phrase.Wording;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HeldOutTest {
    private static final long TRAINING_SEED = 1;
    private static final int DIALOGUES = 4_000;
    private static final Pattern SLOT = Pattern.compile("\0|\\$[a-z]+");
    private static final List<String> BOOKS = List.of("talk", "suite", "memory", "sums", "phone", "tools", "json");

    private static List<Case> cases = List.of();
    private static String training = "";

    @BeforeAll
    static void draw() {
        cases = HeldOut.cases(HeldOut.SEED, HeldOut.COUNT);
        var corpus = new Corpus(TRAINING_SEED);
        training = LongStream.concat(
                        LongStream.range(0, 500),
                        LongStream.range(Corpus.FIRST_COURSE, Corpus.FIRST_COURSE + DIALOGUES))
                .mapToObj(corpus::dialogue)
                .map(ChatText::prompt)
                .collect(Collectors.joining("\n"))
                .toLowerCase(Locale.ROOT)
                .replace('，', ',')
                .replace('：', ':');
    }

    @Test
    void no_held_out_name_city_app_or_company_is_in_the_training_text() {
        var names = new Lexicon().heldOut();

        assertThat(names).hasSizeGreaterThan(140);
        assertThat(names).filteredOn(HeldOutTest::isInTraining).isEmpty();
    }

    @Test
    void no_held_out_wording_is_in_the_training_text() {
        var wordings = BOOKS.stream()
                .map(Phrasebook::load)
                .flatMap(book -> Arrays.stream(Language.values()).flatMap(language -> book.topics(language).stream()))
                .filter(Topic::hasHeldOut)
                .flatMap(topic -> topic.phrases(Wording.HELD_OUT).stream())
                .map(HeldOutTest::asPattern)
                .toList();

        assertThat(wordings).hasSizeGreaterThan(300);
        assertThat(wordings)
                .filteredOn(wording -> wording.matcher(training).find())
                .as("held-out wordings found in training text")
                .isEmpty();
    }

    @Test
    void no_training_phrase_can_spell_a_held_out_wording() {
        List<String> spelled = new ArrayList<>();
        for (String name : BOOKS) {
            Phrasebook book = Phrasebook.load(name);
            for (Language language : Language.values()) {
                Set<String> training = book.topics(language).stream()
                        .flatMap(topic -> topic.phrases(Wording.TRAINING).stream())
                        .flatMap(HeldOutTest::wordings)
                        .collect(Collectors.toSet());

                book.topics(language).stream()
                        .filter(Topic::hasHeldOut)
                        .flatMap(topic -> topic.phrases(Wording.HELD_OUT).stream())
                        .flatMap(HeldOutTest::wordings)
                        .filter(training::contains)
                        .forEach(spelled::add);
            }
        }

        assertThat(spelled).isEmpty();
    }

    @Test
    void no_question_of_a_case_was_asked_in_training() {
        assertThat(cases)
                .filteredOn(one -> !one.skill().equals("answer from a tool"))
                .extracting(one -> one.conversation().messages().getLast().content())
                .filteredOn(question -> training.contains("<|user|>\n"
                        + question.toLowerCase(Locale.ROOT).replace('，', ',').replace('：', ':') + "<|"))
                .isEmpty();
    }

    @Test
    void the_same_seed_gives_the_same_cases() {
        var again = HeldOut.cases(HeldOut.SEED, HeldOut.COUNT);

        assertThat(again)
                .extracting(Case::conversation)
                .isEqualTo(cases.stream().map(Case::conversation).toList());
        assertThat(HeldOut.cases(HeldOut.SEED + 1, HeldOut.COUNT))
                .extracting(Case::conversation)
                .isNotEqualTo(cases.stream().map(Case::conversation).toList());
    }

    @Test
    void every_reference_answer_passes_its_own_check() {
        assertThat(cases)
                .allSatisfy(one -> assertThat(one.check().test(one.reference()))
                        .as("%s: %s", one.skill(), one.reference())
                        .isTrue());
    }

    @Test
    void an_empty_or_unrelated_answer_passes_no_check() {
        assertThat(cases).noneMatch(one -> one.check().test(new Answer("", List.of())));
        assertThat(cases).noneMatch(one -> one.check().test(new Answer("Bananas are yellow 77.", List.of())));
    }

    @Test
    void at_least_thirty_cases_ask_for_a_name_told_three_turns_before() {
        var recalls =
                cases.stream().filter(one -> one.skill().equals("name recall")).toList();

        assertThat(recalls)
                .hasSizeGreaterThanOrEqualTo(30)
                .allSatisfy(one -> assertThat(one.conversation().messages())
                        .filteredOn(message -> message.role() == Role.USER)
                        .hasSizeGreaterThanOrEqualTo(4));
    }

    @Test
    void the_assistant_never_spoke_last() {
        assertThat(cases)
                .extracting(one -> one.conversation().messages().getLast())
                .extracting(Message::role)
                .containsOnly(Role.USER, Role.TOOL);
    }

    /// Every expansion of the phrase, in lower case and without space around.
    private static Stream<String> wordings(Phrase phrase) {
        return expansions(phrase).map(text -> text.toLowerCase(Locale.ROOT).strip());
    }

    private static Stream<String> expansions(Phrase phrase) {
        return switch (phrase) {
            case Phrase.Text text -> Stream.of(text.text());
            case Phrase.Choice choice ->
                Stream.concat(
                        choice.optional() ? Stream.of("") : Stream.empty(),
                        choice.alternatives().stream().flatMap(HeldOutTest::expansions));
            case Phrase.Sequence sequence ->
                sequence.parts().stream()
                        .map(HeldOutTest::expansions)
                        .map(Stream::toList)
                        .reduce(
                                List.of(""),
                                (before, part) -> before.stream()
                                        .flatMap(start -> part.stream().map(start::concat))
                                        .toList())
                        .stream();
        };
    }

    private static boolean isInTraining(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return training.contains(lower)
                && Pattern.compile("(?<![a-z])" + Pattern.quote(lower) + "(?![a-z])")
                        .matcher(training)
                        .find();
    }

    /// The phrase with anything short in the place of its choices and slots.
    private static Pattern asPattern(Phrase phrase) {
        String skeleton = phrase.skeleton().toLowerCase(Locale.ROOT);
        return Pattern.compile(Arrays.stream(SLOT.split(skeleton))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .map(Pattern::quote)
                .collect(Collectors.joining("[^\\n<]{1,40}?")));
    }
}
