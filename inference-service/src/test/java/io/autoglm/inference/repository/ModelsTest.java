package io.autoglm.inference.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.autoglm.inference.ModelSpec;
import io.autoglm.inference.ServingModel;
import io.autoglm.inference.batching.Events;
import io.autoglm.inference.batching.Generation;
import io.autoglm.inference.batching.Priority;
import io.autoglm.inference.engine.FaultyEngineProvider;
import io.autoglm.inference.sampling.Sampler;
import io.autoglm.inference.sampling.SamplingParameters;
import io.autoglm.service.CannotStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ModelsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit makes it
    Path folder;

    private Bench bench(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(Map.of("autoglm.models.roots", folder.toString()));
        settings.putAll(more);
        return new Bench(settings);
    }

    private static Loaded ask(Bench bench, ModelSpec spec) throws Exception {
        Asked asked = bench.models.ask(spec);
        assertThat(asked).isInstanceOf(Asked.Taken.class);
        return ((Asked.Taken) asked).loaded().get(60, TimeUnit.SECONDS);
    }

    private static VersionView serving(Bench bench, String name) {
        return bench.models.repository().find(name).flatMap(ModelView::serving).orElseThrow();
    }

    private static void awaitGone(Bench bench, String name) {
        await().until(() -> bench.models
                .repository()
                .find(name)
                .filter(view -> !view.leaving().isEmpty())
                .isEmpty());
    }

    @Test
    void a_swap_gives_new_requests_the_new_version_and_frees_the_old_one_when_its_last_request_is_over()
            throws Exception {
        ModelSpec first = new ModelSpec("m", NanoCopies.version(folder.resolve("1"), "1"));
        ModelSpec second = new ModelSpec("m", NanoCopies.version(folder.resolve("2"), "2"));
        try (Bench bench = bench(Map.of())) {
            assertThat(ask(bench, first)).isEqualTo(new Loaded.Serves());
            Use old = bench.models.repository().use("m").orElseThrow();
            long one = bench.models.budget().usedBytes();

            assertThat(ask(bench, second)).isEqualTo(new Loaded.Serves());
            try (Use use = bench.models.repository().use("m").orElseThrow()) {
                assertThat(use.model().served().version())
                        .isNotEqualTo(old.model().served().version())
                        .isEqualTo(serving(bench, "m").digest());
            }
            ModelView both = bench.models.repository().find("m").orElseThrow();
            assertThat(both.leaving())
                    .extracting(version -> version.stage().word())
                    .containsExactly("draining");
            assertThat(bench.models.budget().usedBytes()).isEqualTo(2 * one);
            assertThat(old.model().loop().ended()).isFalse();

            old.close();
            old.close();
            awaitGone(bench, "m");
            assertThat(old.model().loop().ended()).isTrue();
            assertThat(bench.models.budget().usedBytes()).isEqualTo(one);
        }
    }

    @Test
    void whoever_uses_a_model_while_it_is_replaced_again_and_again_never_finds_it_freed() throws Exception {
        ModelSpec first = new ModelSpec("m", NanoCopies.version(folder.resolve("1"), "1"));
        ModelSpec second = new ModelSpec("m", NanoCopies.version(folder.resolve("2"), "2"));
        AtomicBoolean done = new AtomicBoolean();
        try (Bench bench = bench(Map.of());
                ExecutorService users = Executors.newFixedThreadPool(3)) {
            ask(bench, first);
            List<Future<Integer>> uses = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                uses.add(users.submit(() -> {
                    int count = 0;
                    while (!done.get()) {
                        try (Use use = bench.models.repository().use("m").orElseThrow()) {
                            assertThat(use.model().tokenizer().encode("hello", false))
                                    .isNotEmpty();
                            assertThat(use.model().loop().ended()).isFalse();
                        }
                        count++;
                    }
                    return count;
                }));
            }

            for (int swap = 0; swap < 6; swap++) {
                assertThat(ask(bench, swap % 2 == 0 ? second : first)).isEqualTo(new Loaded.Serves());
            }

            done.set(true);
            for (Future<Integer> each : uses) {
                assertThat(each.get(60, TimeUnit.SECONDS)).isPositive();
            }
            awaitGone(bench, "m");
        } finally {
            done.set(true);
        }
    }

    @Test
    void what_serves_already_is_not_loaded_again() throws Exception {
        ModelSpec spec = new ModelSpec("m", NanoCopies.version(folder.resolve("1"), "1"));
        try (Bench bench = bench(Map.of())) {
            ask(bench, spec);
            VersionView before = serving(bench, "m");

            assertThat(ask(bench, spec)).isEqualTo(new Loaded.Serves());

            assertThat(serving(bench, "m").model()).isEqualTo(before.model());
        }
    }

    @Test
    void a_configured_model_that_is_asked_for_is_kept_whatever_will_be_configured() throws Exception {
        Path file = folder.resolve("models.json");
        ModelSpec nano = new ModelSpec("m", NanoCopies.version(folder.resolve("1"), "1"));
        Map<String, String> settings = Map.of(
                "autoglm.models.file", file.toString(),
                "autoglm.model.path", nano.path().toString(),
                "autoglm.model.name", "m");
        try (Bench bench = bench(settings)) {
            Asked initial = bench.models.askInitially(bench.models.initial().getFirst());
            ((Asked.Taken) initial).loaded().get(60, TimeUnit.SECONDS);
            assertThat(file).doesNotExist();

            ask(bench, nano);

            assertThat(file).content().contains(nano.path().toString());
            assertThat(serving(bench, "m").kept()).isTrue();
        }
    }

    @Test
    void a_directory_whose_files_have_changed_is_a_new_version() throws Exception {
        ModelSpec spec = new ModelSpec("m", NanoCopies.version(folder.resolve("1"), "1"));
        try (Bench bench = bench(Map.of())) {
            ask(bench, spec);
            String before = serving(bench, "m").digest();
            Files.writeString(folder.resolve("1").resolve("chat_template.jinja"), "{{ messages[0].content }}");

            ask(bench, spec);

            assertThat(serving(bench, "m").digest()).isNotEqualTo(before);
        }
    }

    @Test
    void an_unloaded_model_takes_nothing_new_and_is_freed_with_its_meters_when_it_is_done() throws Exception {
        try (Bench bench = bench(Map.of())) {
            ask(bench, new ModelSpec("m", NanoCopies.version(folder.resolve("1"), "1")));
            assertThat(bench.meters
                            .find("vllm:generation_tokens")
                            .tag("model_name", "m")
                            .counter())
                    .isNotNull();
            Use running = bench.models.repository().use("m").orElseThrow();

            assertThat(bench.models.unload("m")).isEqualTo(new Unloaded.Done(false));
            assertThat(bench.models.repository().use("m")).isEmpty();
            assertThat(running.model().loop().ended()).isFalse();
            running.close();

            await().until(() -> bench.models.repository().find("m").isEmpty());
            assertThat(bench.models.budget().usedBytes()).isZero();
            assertThat(bench.meters.getMeters())
                    .noneMatch(meter -> "m".equals(meter.getId().getTag("model_name")));
            assertThat(bench.models.unload("m")).isEqualTo(new Unloaded.Unknown());
        }
    }

    @Test
    void a_version_that_cannot_be_freed_as_a_whole_is_gone_all_the_same() throws Exception {
        try (Bench bench = bench(Map.of("autoglm.engine", "faulty"))) {
            ask(bench, new ModelSpec("m", NanoCopies.version(folder.resolve("1"), "1")));
            FaultyEngineProvider.CLOSING_FAILS.set(true);
            bench.models.unload("m");

            await().until(() -> bench.models.repository().find("m").isEmpty());
            assertThat(bench.models.budget().usedBytes()).isZero();
            assertThat(bench.meters.getMeters())
                    .noneMatch(meter -> "m".equals(meter.getId().getTag("model_name")));
        } finally {
            FaultyEngineProvider.CLOSING_FAILS.set(false);
        }
    }

    @Test
    void the_memory_of_an_engine_that_is_only_slow_is_freed_when_its_step_is_over() throws Exception {
        CountDownLatch step = new CountDownLatch(1);
        try (Bench bench = bench(Map.of("autoglm.engine", "faulty"))) {
            ask(bench, new ModelSpec("m", NanoCopies.version(folder.resolve("1"), "1")));
            FaultyEngineProvider.hold(step);
            try (Use use = bench.models.repository().use("m").orElseThrow()) {
                use.model().loop().submit(List.of(generation(use.model())));
                await().until(() -> use.model().loop().status().running() == 1);
            }
            bench.models.unload("m");

            await().until(() -> bench.models.repository().find("m").isEmpty());
            assertThat(bench.models.budget().usedBytes()).isPositive();
            step.countDown();
            await().until(() -> bench.models.budget().usedBytes() == 0);
        } finally {
            step.countDown();
            FaultyEngineProvider.hold(new CountDownLatch(0));
        }
    }

    private static Generation generation(ServingModel model) {
        int[] prompt = {1, 2, 3};
        return new Generation(
                0,
                prompt,
                4,
                Set.of(),
                new Sampler(SamplingParameters.greedy(), prompt, model.workspace(), null),
                Priority.INTERACTIVE,
                System.nanoTime() + Duration.ofMinutes(1).toNanos(),
                new Events(1, 4));
    }

    @Test
    void a_load_that_fails_takes_nothing_from_what_serves_and_says_why() throws Exception {
        try (Bench bench = bench(Map.of())) {
            ask(bench, new ModelSpec("m", NanoCopies.version(folder.resolve("1"), "1")));
            long used = bench.models.budget().usedBytes();

            Loaded failed = ask(bench, new ModelSpec("m", NanoCopies.withoutWords(folder.resolve("2"))));
            Asked cutOff = bench.models.ask(new ModelSpec("n", NanoCopies.cutOff(folder.resolve("3"))));

            assertThat(failed)
                    .isInstanceOfSatisfying(
                            Loaded.Failed.class,
                            why -> assertThat(why.why())
                                    .contains("tokenizer.json")
                                    .doesNotContain("\n"));
            assertThat(cutOff)
                    .isInstanceOfSatisfying(
                            Asked.Unservable.class, why -> assertThat(why.why()).contains("model.safetensors"));
            assertThat(serving(bench, "m").spec().path()).endsWith(Path.of("1"));
            assertThat(bench.models.repository().find("m").flatMap(ModelView::failure))
                    .isPresent();
            assertThat(bench.models.repository().find("n").flatMap(ModelView::failure))
                    .isPresent();
            assertThat(bench.models.budget().usedBytes()).isEqualTo(used);
            bench.models.repository().use("m").orElseThrow().close();
        }
    }

    @Test
    void what_does_not_fit_beside_the_others_is_refused_with_the_figures_before_it_is_read() throws Exception {
        Path first = NanoCopies.version(folder.resolve("1"), "1");
        Path second = NanoCopies.version(folder.resolve("2"), "2");
        try (Bench bench = bench(Map.of("autoglm.models.max-memory", "64M"))) {
            ask(bench, new ModelSpec("m", first));
            long used = bench.models.budget().usedBytes();

            Asked refused = bench.models.ask(new ModelSpec(
                    "n",
                    second,
                    Optional.empty(),
                    OptionalInt.of(64),
                    OptionalInt.of(1024),
                    Optional.empty(),
                    Optional.empty()));

            assertThat(refused)
                    .isInstanceOfSatisfying(
                            Asked.NoMemory.class,
                            why -> assertThat(why.why())
                                    .contains(" of 64 MiB (autoglm.models.max-memory)")
                                    .contains(
                                            "take " + Math.ceilDiv(used, 1L << 20) + " of".replace(" of", " MiB of")));
            assertThat(bench.models.budget().usedBytes()).isEqualTo(used);
        }
    }

    @Test
    void memory_that_went_between_the_question_and_the_load_is_no_fault_of_the_directory() throws Exception {
        Path path = NanoCopies.version(folder.resolve("too-large"), "1");
        FaultyEngineProvider.TOO_LARGE.set("too-large");
        try (Bench bench = bench(Map.of("autoglm.engine", "faulty"))) {
            assertThat(ask(bench, new ModelSpec("m", path)))
                    .isEqualTo(new Loaded.NoMemory("too-large: a test wants no memory for it"));
            assertThat(bench.models.budget().usedBytes()).isZero();
        } finally {
            FaultyEngineProvider.TOO_LARGE.set("");
        }
    }

    @Test
    void who_waits_for_a_load_when_the_instance_is_told_to_stop_is_told_that() throws Exception {
        try (Bench bench = bench(Map.of())) {
            Asked asked = bench.models.ask(new ModelSpec("m", NanoCopies.version(folder.resolve("1"), "1")));
            bench.models.stop();
            Asked late = bench.models.ask(new ModelSpec("n", NanoCopies.version(folder.resolve("2"), "2")));

            assertThat(((Asked.Taken) asked).loaded().get(60, TimeUnit.SECONDS)).isEqualTo(new Loaded.Stopping());
            assertThat(((Asked.Taken) late).loaded().get(60, TimeUnit.SECONDS)).isEqualTo(new Loaded.Stopping());
        }
    }

    @Test
    void another_digest_than_the_one_that_is_meant_is_refused() throws Exception {
        Path path = NanoCopies.version(folder.resolve("1"), "1");
        try (Bench bench = bench(Map.of())) {
            Asked refused = bench.models.ask(new ModelSpec(
                    "m",
                    path,
                    Optional.empty(),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    Optional.of("0123456789ab"),
                    Optional.empty()));

            assertThat(refused).isInstanceOf(Asked.OtherDigest.class);
            assertThat(bench.models.repository().use("m")).isEmpty();
        }
    }

    @Test
    void more_models_than_there_may_be_are_refused_but_not_another_version_of_one_that_is_there() throws Exception {
        Path path = NanoCopies.version(folder.resolve("1"), "1");
        try (Bench bench = bench(Map.of("autoglm.models.max", "1"))) {
            ask(bench, new ModelSpec("m", path));

            assertThat(bench.models.ask(new ModelSpec("n", path))).isInstanceOf(Asked.TooManyModels.class);
            assertThat(bench.models.repository().find("n"))
                    .as("no failure of a model that nobody has looked at")
                    .isEmpty();
            assertThat(ask(bench, new ModelSpec("m", NanoCopies.version(folder.resolve("2"), "2"))))
                    .isEqualTo(new Loaded.Serves());
        }
    }

    @Test
    void nothing_outside_the_roots_is_looked_at_not_even_over_a_link() throws Exception {
        Path outside = NanoCopies.version(folder.resolve("outside"), "1");
        Path roots = Files.createDirectories(folder.resolve("roots"));
        Files.createSymbolicLink(roots.resolve("link"), outside);
        try (Bench bench = bench(Map.of("autoglm.models.roots", roots.toString()))) {
            for (String path : List.of(outside.toString(), "../outside", "link", ".", "/etc")) {
                assertThat(bench.models.ask(new ModelSpec("m", Path.of(path))))
                        .as(path)
                        .isInstanceOf(Asked.OutsideRoots.class);
            }
            assertThat(bench.models.ask(new ModelSpec("m", Path.of("absent")))).isInstanceOf(Asked.Unservable.class);
        }
    }

    @Test
    void what_was_loaded_and_unloaded_is_what_the_next_process_serves() throws Exception {
        Map<String, String> settings = Map.of(
                "autoglm.models.file", folder.resolve("state/models.json").toString(),
                "autoglm.models.more[0].path", "../models/autoglm-nano",
                "autoglm.models.more[0].name", "second");
        ModelSpec loaded = new ModelSpec("third", NanoCopies.version(folder.resolve("1"), "1"));
        try (Bench bench = bench(settings)) {
            assertThat(bench.models.initial()).extracting(ModelSpec::name).containsExactly("autoglm-nano", "second");
            ask(bench, loaded);
            ask(bench, new ModelSpec("second", loaded.path()));
            assertThat(serving(bench, "third").kept()).isTrue();
            Asked initial = bench.models.askInitially(bench.models.initial().getFirst());
            ((Asked.Taken) initial).loaded().get(60, TimeUnit.SECONDS);
            assertThat(bench.models.unload("autoglm-nano")).isEqualTo(new Unloaded.Done(true));
        }

        try (Bench next = bench(settings)) {
            assertThat(next.models.initial()).containsExactly(new ModelSpec("second", loaded.path()), loaded);
            assertThat(next.models.initial()).noneMatch(next.models::mustServe);
            assertThat(((Asked.Taken) next.models.askInitially(loaded)).loaded().get(60, TimeUnit.SECONDS))
                    .isEqualTo(new Loaded.Serves());
            assertThat(serving(next, "third").kept()).isTrue();
        }
    }

    @Test
    void threads_spin_only_for_a_model_that_is_loaded_while_it_is_the_only_one() throws Exception {
        Path path = NanoCopies.version(folder.resolve("1"), "1");
        try (Bench bench = bench(Map.of())) {
            ask(bench, new ModelSpec("m", path));
            assertThat(spins(bench, "m")).isTrue();
            ask(bench, new ModelSpec("m", NanoCopies.version(folder.resolve("2"), "2")));
            assertThat(spins(bench, "m")).isTrue();

            ask(bench, new ModelSpec("n", path));
            assertThat(spins(bench, "n")).isFalse();
        }
        try (Bench bench = bench(Map.of("autoglm.cpu.spinning", "false"))) {
            ask(bench, new ModelSpec("m", path));
            assertThat(spins(bench, "m")).isFalse();
        }
    }

    private static boolean spins(Bench bench, String name) {
        return bench.models
                .repository()
                .servingOf(name)
                .orElseThrow()
                .prepared()
                .engine()
                .spinning();
    }

    @Test
    void without_a_file_it_is_said_that_nothing_is_kept() throws Exception {
        try (Bench bench = bench(Map.of())) {
            ask(bench, new ModelSpec("m", NanoCopies.version(folder.resolve("1"), "1")));

            assertThat(serving(bench, "m").kept()).isFalse();
        }
    }

    @Test
    void a_file_that_cannot_be_read_is_a_reason_not_to_start_and_is_left_alone() throws IOException {
        Path file = Files.writeString(folder.resolve("models.json"), "{\"format\":2}");

        assertThatThrownBy(() -> bench(Map.of("autoglm.models.file", file.toString())))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("autoglm.models.file")
                .hasMessageContaining("format is 2");
        assertThat(file).hasContent("{\"format\":2}");
    }

    @Test
    void two_models_of_one_name_are_a_reason_not_to_start() {
        assertThatThrownBy(() -> bench(Map.of("autoglm.models.more[0].path", "../models/autoglm-nano")))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("two models are called 'autoglm-nano'");
    }
}
