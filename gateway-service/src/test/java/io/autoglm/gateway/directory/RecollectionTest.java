package io.autoglm.gateway.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.gateway.directory.Recollection.Recalled;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecollectionTest {
    private static final Duration TRUSTED = Duration.ofMillis(500);
    private static final Duration STALE = Duration.ofMinutes(10);

    private final AtomicLong nanos = new AtomicLong(1_000_000_000_000L);
    private final AtomicBoolean away = new AtomicBoolean();
    /// What was asked of Redis and not answered yet.
    private final Deque<CompletableFuture<Optional<Versioned<String>>>> asked = new ArrayDeque<>();

    private final Recollection<String> recollection = new Recollection<>(
            new Recollection.Source<>("test", id -> Uni.createFrom().completionStage(this::question), away::get),
            new Recollection.Bounds(TRUSTED, STALE, 3),
            nanos::get,
            new SimpleMeterRegistry());

    @Test
    void what_is_not_remembered_is_asked_once_for_all_who_wait() {
        List<Recalled<String>> first = ask("a");
        List<Recalled<String>> second = ask("a");

        assertThat(asked).hasSize(1);
        assertThat(first).isEmpty();
        answer("old");

        assertThat(first).containsExactly(known("old"));
        assertThat(second).containsExactly(known("old"));
        assertThat(ask("a")).containsExactly(known("old"));
        assertThat(asked).isEmpty();
    }

    @Test
    void what_was_heard_is_asked_again_in_passing_before_anybody_has_to_wait() {
        remember("a", "old");
        pass(TRUSTED.dividedBy(2));

        assertThat(ask("a")).containsExactly(known("old"));
        assertThat(ask("a")).containsExactly(known("old"));

        assertThat(asked).hasSize(1);
        answer("new");
        assertThat(ask("a")).containsExactly(known("new"));
    }

    @Test
    void nothing_is_believed_for_longer_than_is_trusted_while_redis_answers() {
        remember("a", "old");
        pass(TRUSTED);

        List<Recalled<String>> waiting = ask("a");

        assertThat(waiting).isEmpty();
        answer("new");
        assertThat(waiting).containsExactly(known("new"));
    }

    @Test
    void the_age_of_an_answer_counts_from_the_question() {
        List<Recalled<String>> waiting = ask("a");
        pass(TRUSTED);
        answer("as it was half a second ago");
        assertThat(waiting).hasSize(1);

        assertThat(ask("a")).isEmpty();
    }

    @Test
    void that_there_is_no_record_is_remembered_too() {
        ask("a");
        asked.remove().complete(Optional.empty());

        assertThat(ask("a")).containsExactly(new Recalled.Known<>(Optional.empty()));
        assertThat(asked).isEmpty();
    }

    @Test
    void while_redis_is_away_what_was_heard_is_believed_for_long_and_then_no_more() {
        remember("a", "old");
        away.set(true);
        pass(STALE.minusMillis(1));
        assertThat(ask("a")).containsExactly(known("old"));

        pass(Duration.ofMillis(1));

        assertThat(ask("a")).containsExactly(new Recalled.Away<>());
        assertThat(ask("never heard of")).containsExactly(new Recalled.Away<>());
        assertThat(asked).isEmpty();
    }

    @Test
    void a_question_that_fails_is_not_repeated_by_everyone_who_asks() {
        remember("a", "old");
        pass(TRUSTED);
        List<Recalled<String>> waiting = ask("a");
        asked.remove().completeExceptionally(new IllegalStateException("no answer"));

        assertThat(waiting).containsExactly(known("old"));
        assertThat(ask("a")).containsExactly(known("old"));
        assertThat(asked).isEmpty();

        pass(TRUSTED);
        ask("a");
        assertThat(asked).hasSize(1);
    }

    @Test
    void redis_coming_back_is_asked_again() {
        away.set(true);
        assertThat(ask("a")).containsExactly(new Recalled.Away<>());
        away.set(false);

        List<Recalled<String>> waiting = ask("a");
        answer("found");

        assertThat(waiting).containsExactly(known("found"));
    }

    @Test
    void what_was_used_longest_ago_is_forgotten_first() {
        remember("a", "A");
        remember("b", "B");
        remember("c", "C");
        ask("a");

        remember("d", "D");

        assertThat(ask("a")).containsExactly(known("A"));
        assertThat(ask("c")).containsExactly(known("C"));
        assertThat(ask("b")).isEmpty();
    }

    @Test
    void what_is_forgotten_on_purpose_is_asked_again_even_by_those_who_come_while_it_was_asked() {
        ask("a");
        recollection.forget("a");
        answer("as it was before the change");

        List<Recalled<String>> waiting = ask("a");

        assertThat(waiting).isEmpty();
        answer("changed");
        assertThat(waiting).containsExactly(known("changed"));
    }

    @Test
    void something_that_is_due_once_in_a_while_is_due_for_one_who_asks() {
        assertThat(recollection.isDue("a", Duration.ofMinutes(1))).isTrue();
        assertThat(recollection.isDue("a", Duration.ofMinutes(1))).isFalse();
        pass(Duration.ofMinutes(1));
        assertThat(recollection.isDue("a", Duration.ofMinutes(1))).isTrue();
    }

    private CompletableFuture<Optional<Versioned<String>>> question() {
        CompletableFuture<Optional<Versioned<String>>> question = new CompletableFuture<>();
        asked.add(question);
        return question;
    }

    private List<Recalled<String>> ask(String id) {
        List<Recalled<String>> heard = new ArrayList<>();
        recollection.of(id).subscribe().with(heard::add);
        return heard;
    }

    private void remember(String id, String value) {
        ask(id);
        answer(value);
    }

    private void answer(String value) {
        asked.remove().complete(Optional.of(new Versioned<>(value, 1, null)));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static Recalled<String> known(String value) {
        return new Recalled.Known<>(Optional.of(new Versioned<>(value, 1, null)));
    }
}
