package io.autoglm.local.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The benches that start a suite, in a checkout whose `autoglm` and `java` only write down how they were called.
class BenchTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path checkout;

    @BeforeEach
    void make_a_checkout() throws IOException {
        Path bench = Files.createDirectories(checkout.resolve("deployment/local/bench"));
        Files.copy(Path.of("bench/common.sh"), bench.resolve("common.sh"));
        executable("autoglm", "echo \"$1\" >>\"$AUTOGLM_ROOT/calls\"", """
                case $1 in
                    up) until [ -e "$AUTOGLM_ROOT/go" ]; do sleep 0.05; done ;;
                    key) echo sk-secret ;;
                esac""");
        executable("bin/java", "echo java >>\"$AUTOGLM_ROOT/calls\"", """
                echo "$AUTOGLM_KEY" >"$AUTOGLM_ROOT/environment"
                echo "$@" >"$AUTOGLM_ROOT/arguments\"""");
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "serving", "admission"})
    void a_signal_ends_it_and_what_it_has_started_is_stopped(String bench) throws Exception {
        Process running = start(bench);
        await().atMost(PATIENCE).until(() -> calls().contains("up"));

        // A `Process` would close the pipe of its output, too.
        running.toHandle().destroy();
        Files.createFile(checkout.resolve("go"));

        assertThat(running.waitFor()).isEqualTo(143);
        assertThat(calls()).containsExactly("up", "down");
    }

    @Test
    void the_key_is_in_no_argument() throws Exception {
        Files.createFile(checkout.resolve("go"));

        assertThat(start("serving").waitFor()).isZero();

        assertThat(checkout.resolve("environment")).hasContent("sk-secret");
        assertThat(checkout.resolve("arguments"))
                .content()
                .contains("gateway=http")
                .doesNotContain("sk-secret");
    }

    private Process start(String bench) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of("bench", bench).toAbsolutePath().toString(), "model")
                .redirectOutput(checkout.resolve("output").toFile())
                .redirectErrorStream(true);
        if (bench.equals("up")) builder.command().set(1, "1");
        builder.environment().put("AUTOGLM_ROOT", checkout.toString());
        builder.environment().put("JAVA_HOME", checkout.toString());
        return builder.start();
    }

    private List<String> calls() throws IOException {
        Path calls = checkout.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private void executable(String name, String... lines) throws IOException {
        Path file = checkout.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
