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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentHoldTest {

    private static final int STEPS_OF_A_DRAIN = 100;
    private static final int MODELS_OF_A_DRAIN = 5;

    @TempDir
    Path folder;

    @Test
    @Timeout(120)
    void steps_go_on_and_models_load_after_the_process_was_told_to_stop() throws IOException, InterruptedException {
        TinyModel.glm().write(folder);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Draining.class.getName(),
                        folder.toString())
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
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

    /// Runs steps until SIGTERM, and then some more; and loads models, which is what needs the environment most
    /// (microsoft/onnxruntime issue 31352).
    static final class Draining {

        private Draining() {}

        public static void main(String... arguments) throws InterruptedException {
            Path folder = Path.of(arguments[0]);
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
            try {
                run(folder, told);
            } finally {
                drained.countDown();
            }
        }

        private static void run(Path folder, CountDownLatch told) throws InterruptedException {
            LoadedModel model = load(folder);
            step(model.decoder());
            System.out.println("stepping");
            while (!told.await(0, TimeUnit.SECONDS)) {
                step(model.decoder());
            }
            for (int i = 0; i < STEPS_OF_A_DRAIN; i++) {
                step(model.decoder());
            }
            for (int i = 0; i < MODELS_OF_A_DRAIN; i++) {
                try (LoadedModel another = load(folder)) {
                    step(another.decoder());
                }
            }
            System.out.println("drained");
        }

        private static LoadedModel load(Path folder) {
            return LoadedModel.open(ModelDirectory.open(folder), new EngineConfig("cpu", WeightFormat.FP32, 1, 1, 0));
        }

        private static void step(Decoder decoder) {
            decoder.decode(0, new int[] {1}, new int[] {0});
        }
    }
}
