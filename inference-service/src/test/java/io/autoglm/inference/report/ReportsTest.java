package io.autoglm.inference.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.inference.Instance;
import io.autoglm.inference.Life;
import io.autoglm.inference.ServingModel;
import io.autoglm.inference.batching.Events;
import io.autoglm.inference.batching.Generation;
import io.autoglm.inference.batching.Priority;
import io.autoglm.inference.engine.FaultyEngineProvider;
import io.autoglm.inference.repository.Bench;
import io.autoglm.inference.repository.Loaded;
import io.autoglm.inference.repository.ModelView;
import io.autoglm.inference.repository.Stage;
import io.autoglm.inference.repository.Use;
import io.autoglm.inference.sampling.Sampler;
import io.autoglm.inference.sampling.SamplingParameters;
import io.autoglm.protocol.placement.InstanceReport;
import io.autoglm.protocol.placement.InstanceState;
import io.autoglm.protocol.placement.ModelLoad;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReportsTest {

    private final CountDownLatch step = new CountDownLatch(1);
    private final Instance instance = new Instance();

    @AfterEach
    void letGo() {
        step.countDown();
        FaultyEngineProvider.hold(new CountDownLatch(0));
    }

    private InstanceReport report(Bench bench) {
        return Reports.of(instance, bench.repository(), new Reports.Self("a", "http://127.0.0.1:1", "auto"));
    }

    private static boolean isWarming(Bench bench) {
        return bench.repository()
                .find("autoglm-nano")
                .flatMap(ModelView::next)
                .filter(next -> next.stage() instanceof Stage.Warming
                        && next.model().orElseThrow().loop().status().running() == 1)
                .isPresent();
    }

    @Test
    void a_first_step_that_takes_its_time_looks_like_no_stall_and_what_runs_on_a_leaving_version_counts()
            throws Exception {
        FaultyEngineProvider.hold(step);
        try (Bench bench = new Bench(Map.of("autoglm.engine", "faulty"))) {
            CompletableFuture<Loaded> loaded = bench.loadFirst();
            await().atMost(Duration.ofSeconds(30)).until(() -> isWarming(bench));

            assertThat(report(bench).running()).isZero();
            assertThat(report(bench).state()).isEqualTo(InstanceState.WARMING);

            step.countDown();
            loaded.get(30, TimeUnit.SECONDS);
            CountDownLatch last = new CountDownLatch(1);
            FaultyEngineProvider.hold(last);
            try (Use use = bench.repository().use("autoglm-nano").orElseThrow()) {
                use.model().loop().submit(List.of(generation(use.model())));
                await().until(() -> report(bench).running() == 1);
                bench.unloadFirst();

                assertThat(bench.repository().serving()).isEmpty();
                assertThat(report(bench).running()).isEqualTo(1);
            } finally {
                last.countDown();
            }
        }
    }

    @Test
    void a_model_whose_steps_fail_is_told_and_so_is_that_it_answers_again() throws Exception {
        try (Bench bench = new Bench(Map.of("autoglm.engine", "faulty"))) {
            bench.loadFirst().get(30, TimeUnit.SECONDS);
            instance.move(new Life.Starting(), new Life.Ready());
            FaultyEngineProvider.FAILURES.set(Integer.MAX_VALUE);
            try (Use use = bench.repository().use("autoglm-nano").orElseThrow()) {
                await().until(() -> {
                    use.model().loop().submit(List.of(generation(use.model())));
                    return failure(bench) != null;
                });
                assertThat(failure(bench)).contains("steps in a row failed");
                assertThat(report(bench).state()).isEqualTo(InstanceState.READY);

                FaultyEngineProvider.FAILURES.set(0);
                await().until(() -> failure(bench) == null);
            } finally {
                FaultyEngineProvider.FAILURES.set(0);
            }
        }
    }

    private @Nullable String failure(Bench bench) {
        ModelLoad load = report(bench).models().getFirst().load();
        return load == null ? "no load" : load.failure();
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
}
