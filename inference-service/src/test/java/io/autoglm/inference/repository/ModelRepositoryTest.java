package io.autoglm.inference.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.inference.ModelSpec;
import io.autoglm.inference.ServingModel;
import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.model.ModelDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The states alone: nothing is loaded and nothing freed, so one model stands for all versions.
class ModelRepositoryTest {

    @SuppressWarnings("NullAway.Init") // made before the tests
    private static Bench bench;

    @SuppressWarnings("NullAway.Init") // made before the tests
    private static ServingModel model;

    private final List<Version> unused = new ArrayList<>();
    private final AtomicInteger changes = new AtomicInteger();
    private final ModelRepository repository = new ModelRepository(2, unused::add, changes::incrementAndGet);
    private final MemoryBudget budget = new MemoryBudget(1000);

    @BeforeAll
    static void load() throws Exception {
        bench = new Bench(Map.of());
        Asked asked = bench.models.askInitially(bench.models.initial().getFirst());
        ((Asked.Taken) asked).loaded().get(60, TimeUnit.SECONDS);
        try (Use use = bench.models.repository().use("autoglm-nano").orElseThrow()) {
            model = use.model();
        }
    }

    @AfterAll
    static void free() {
        bench.close();
    }

    private Version version(String name) {
        Path nano = Path.of("..", "models", "autoglm-nano");
        return new Version(
                new ModelSpec(name, nano),
                new Prepared(ModelDirectory.open(nano), EngineConfig.DEFAULTS),
                budget.reserve(10).orElseThrow());
    }

    private Version served(String name) {
        Version version = version(name);
        assertThat(repository.begin(version)).isTrue();
        assertThat(repository.loading(version)).isTrue();
        assertThat(repository.loaded(version, model)).isTrue();
        assertThat(repository.ready(version)).isTrue();
        return version;
    }

    private List<String> words(String name) {
        return repository
                .find(name)
                .map(view -> {
                    List<String> words = new ArrayList<>();
                    view.serving()
                            .ifPresent(version ->
                                    words.add("serving " + version.stage().word()));
                    view.next()
                            .ifPresent(version ->
                                    words.add("next " + version.stage().word()));
                    view.leaving()
                            .forEach(version ->
                                    words.add("leaving " + version.stage().word()));
                    view.failure().ifPresent(why -> words.add("failure " + why));
                    return words;
                })
                .orElse(List.of());
    }

    @Test
    void a_version_goes_through_its_life_and_every_step_is_told() {
        Version version = version("m");

        repository.begin(version);
        assertThat(words("m")).containsExactly("next waiting");
        repository.loading(version);
        assertThat(words("m")).containsExactly("next loading");
        repository.loaded(version, model);
        assertThat(words("m")).containsExactly("next warming");
        assertThat(repository.use("m")).isEmpty();
        repository.ready(version);
        assertThat(words("m")).containsExactly("serving ready");
        repository.remove("m");
        assertThat(words("m")).containsExactly("leaving draining");
        repository.gone(version);
        assertThat(repository.find("m")).isEmpty();

        assertThat(changes).hasValue(6);
        assertThat(unused).containsExactly(version);
    }

    @Test
    void the_next_version_takes_the_name_while_requests_stay_on_the_one_they_began_on() {
        Version first = served("m");
        Use use = repository.use("m").orElseThrow();
        Use other = repository.use("m").orElseThrow();
        Version second = served("m");
        assertThat(words("m")).containsExactly("serving ready", "leaving draining");

        use.close();
        use.close();
        assertThat(unused).isEmpty();
        other.close();
        assertThat(unused).containsExactly(first);

        repository.use("m").orElseThrow().close();
        assertThat(unused).doesNotContain(second);
    }

    @Test
    void a_name_that_is_taken_out_while_its_next_version_loads_wants_neither_any_more() {
        Version first = served("m");
        Version next = version("m");
        repository.begin(next);
        repository.loading(next);

        assertThat(repository.remove("m")).isTrue();

        assertThat(repository.loaded(next, model)).isFalse();
        assertThat(repository.ready(next)).isFalse();
        assertThat(repository.use("m")).isEmpty();
        assertThat(unused).containsExactly(first);
    }

    @Test
    void a_failure_is_shown_beside_what_serves_until_the_next_load() {
        served("m");
        Version next = version("m");
        repository.begin(next);
        repository.loading(next);

        repository.failed(next, "out of luck");
        assertThat(words("m")).containsExactly("serving ready", "failure out of luck");

        Version last = version("m");
        repository.begin(last);
        assertThat(words("m")).containsExactly("serving ready", "next waiting");
        repository.loading(last);
        repository.refused("m", "another digest");
        repository.loaded(last, model);
        repository.ready(last);
        assertThat(words("m")).containsExactly("serving ready", "leaving draining");
    }

    @Test
    void of_a_name_that_never_served_the_failure_is_left_and_can_be_taken_away() {
        repository.refused("m", "broken");

        assertThat(repository.find("m").map(ModelView::stage)).contains(new Stage.Failed("broken"));
        assertThat(repository.remove("m")).isTrue();
        assertThat(repository.find("m")).isEmpty();
        assertThat(repository.remove("m")).isFalse();
    }

    @Test
    void only_the_latest_failures_are_remembered() {
        for (int i = 0; i < 100; i++) {
            repository.refused("m" + i, "broken");
        }

        assertThat(repository.list()).hasSize(32);
        assertThat(repository.find("m99")).isPresent();
    }

    @Test
    void a_name_beyond_the_bound_is_refused_whether_the_others_serve_or_are_on_their_way() {
        served("a");
        repository.begin(version("b"));

        assertThat(repository.begin(version("c"))).isFalse();
        assertThat(repository.find("c")).isEmpty();
        assertThat(repository.begin(version("a"))).isTrue();
        assertThatThrownBy(() -> repository.begin(version("a"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void when_the_instance_stops_nothing_that_loads_is_wanted_and_what_is_there_is_handed_out() {
        Version first = served("m");
        Version next = version("m");
        repository.begin(next);
        repository.loading(next);

        assertThat(repository.stop()).containsExactlyInAnyOrder(first, next);
        assertThat(repository.loaded(next, model)).isFalse();
        repository.use("m").orElseThrow().close();
    }

    @Test
    void memory_is_counted_once_and_given_back_once() {
        MemoryBudget.Share share = budget.reserve(900).orElseThrow();
        assertThat(budget.reserve(101)).isEqualTo(Optional.empty());

        share.free();
        share.free();

        assertThat(budget.usedBytes()).isZero();
        assertThatThrownBy(() -> budget.reserve(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(budget.usedBytes()).isZero();
    }
}
