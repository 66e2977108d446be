package io.autoglm.inference.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.inference.engine.Decoder;
import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.LoadedModel;
import io.autoglm.inference.engine.WeightFormat;
import io.autoglm.inference.model.ModelDirectory;
import io.autoglm.inference.model.TinyModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentHoldTest {

    private static final int STEPS_OF_A_DRAIN = 3000;

    @TempDir
    Path folder;

    @Test
    void steps_go_on_after_the_process_was_told_to_stop() throws IOException, InterruptedException {
        TinyModel.glm().write(folder);
        ProcessBuilder draining = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Draining.class.getName(),
                        folder.toString())
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        // glibc overwrites what is freed, so that its use is seen at once and not once in a hundred runs.
        draining.environment().put("MALLOC_PERTURB_", "85");
        draining.environment().put("GLIBC_TUNABLES", "glibc.malloc.perturb=85");
        Process process = draining.start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("stepping");
            process.toHandle().destroy(); // unlike process.destroy(), leaves its output open

            assertThat(out.readLine()).isEqualTo("drained");
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 15);
        } finally {
            process.destroyForcibly();
        }
    }

    /// Runs steps without end, and after SIGTERM some thousand more.
    static final class Draining {

        private Draining() {}

        public static void main(String... arguments) {
            CountDownLatch told = new CountDownLatch(1);
            CountDownLatch drained = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                told.countDown();
                try {
                    drained.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
            LoadedModel model = LoadedModel.open(
                    ModelDirectory.open(Path.of(arguments[0])), new EngineConfig("cpu", WeightFormat.FP32, 1, 1, 0));
            step(model.decoder());
            System.out.println("stepping");
            for (int left = STEPS_OF_A_DRAIN; left > 0; left -= told.getCount() == 0 ? 1 : 0) {
                step(model.decoder());
            }
            System.out.println("drained");
            drained.countDown();
        }

        private static void step(Decoder decoder) {
            decoder.decode(0, new int[] {1}, new int[] {0});
        }
    }
}
