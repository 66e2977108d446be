package io.autoglm.inference.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.inference.Instance;
import io.autoglm.inference.Life;
import io.autoglm.inference.engine.FaultyEngineProvider;
import io.quarkus.runtime.StartupEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LifecycleTest {

    private final Instance instance = new Instance();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit makes it
    Path folder;

    @AfterEach
    void mend() {
        FaultyEngineProvider.UNPLANNABLE.set("");
    }

    /// Of the shipped model, and one that the file holds.
    private Bench bench(Path kept, Map<String, String> more) throws IOException {
        Path file = folder.resolve("models.json");
        Files.writeString(file, "{\"format\":1,\"models\":[{\"name\":\"kept\",\"path\":\"" + kept + "\"}]}");
        Map<String, String> settings = new HashMap<>(Map.of(
                "autoglm.internal-auth", "none",
                "autoglm.models.file", file.toString(),
                "autoglm.models.roots", folder.toString()));
        settings.putAll(more);
        return new Bench(settings);
    }

    private void start(Bench bench) {
        bench.lifecycle(instance).start(new StartupEvent());
        await().atMost(Duration.ofSeconds(60)).until(() -> !(instance.life() instanceof Life.Starting));
    }

    private static String failure(Bench bench) {
        return bench.models
                .repository()
                .find("kept")
                .flatMap(ModelView::failure)
                .orElse("none is told");
    }

    @Test
    void a_kept_model_whose_check_is_a_bug_is_told_and_the_others_are_served() throws IOException {
        Path kept = NanoCopies.version(folder.resolve("unplannable"), "1");
        FaultyEngineProvider.UNPLANNABLE.set("unplannable");
        try (Bench bench = bench(kept, Map.of("autoglm.engine", "faulty"))) {
            start(bench);

            assertThat(instance.life()).isEqualTo(new Life.Ready());
            assertThat(failure(bench))
                    .isEqualTo(kept + ": java.lang.IllegalStateException: a test wants this plan to fail");
            bench.models.repository().use("autoglm-nano").orElseThrow().close();
        }
    }

    @Test
    void a_kept_model_outside_the_roots_is_told_and_can_be_unloaded_for_good() throws IOException {
        Path outside = Path.of("..", "models", "autoglm-nano").toRealPath();
        try (Bench bench = bench(outside, Map.of())) {
            start(bench);

            assertThat(instance.life()).isEqualTo(new Life.Ready());
            assertThat(failure(bench)).startsWith(outside + ": must lie within autoglm.models.roots");
            assertThat(bench.models.unload("kept")).isEqualTo(new Unloaded.Done(true));
            assertThat(folder.resolve("models.json")).content().doesNotContain("kept");
            assertThat(bench.models.repository().find("kept")).isEmpty();
        }
    }

    @Test
    void a_name_that_only_the_file_knows_can_be_unloaded() throws IOException {
        try (Bench bench = bench(folder.resolve("absent"), Map.of())) {
            assertThat(bench.models.unload("kept")).isEqualTo(new Unloaded.Done(true));
            assertThat(bench.models.unload("kept")).isEqualTo(new Unloaded.Unknown());

            assertThat(folder.resolve("models.json")).content().doesNotContain("absent");
        }
    }
}
