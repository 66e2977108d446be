package io.autoglm.local.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.local.home.Running;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./autoglm` itself, in a checkout of a few empty files, among JDKs that are folders with a `release` file
/// and a `java` that prints its own path.
class ScriptTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private Path checkout;
    private Path jdks;
    private final Map<String, String> environment = new LinkedHashMap<>();

    @BeforeEach
    void make_a_checkout() throws IOException {
        checkout = Files.createDirectories(folder.resolve("a checkout"));
        jdks = Files.createDirectories(folder.resolve("jdks"));
        Files.copy(Path.of("../../autoglm"), checkout.resolve("autoglm"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.createDirectories(checkout.resolve("deployment/local/target/lib"));
        Files.writeString(checkout.resolve("deployment/local/target/autoglm-local.jar"), "");
        Files.writeString(checkout.resolve("deployment/local/target/lib/embedded-redis.jar"), "");
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("HOME", folder.toString());
        environment.put("AUTOGLM_JDK_FOLDERS", jdks.toString());
        environment.put("JAVA_HOME", jdk("old-on-path", "17.0.9").toString());
    }

    @Test
    void java_home_is_used_where_it_is_new_enough() throws Exception {
        Path chosen = jdk("chosen", "25.0.1");
        jdk("other", "25");
        environment.put("JAVA_HOME", chosen.toString());

        assertThat(run("status").output()).startsWith(chosen + "/bin/java ");
    }

    @Test
    void the_java_on_the_path_is_used_through_its_links() throws Exception {
        Path behind = jdk("behind", "26-ea");
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("java"), behind.resolve("bin/java"));
        environment.put("PATH", bin + ":/usr/bin:/bin");
        environment.remove("JAVA_HOME");

        assertThat(run("status").output()).startsWith(behind + "/bin/java ");
    }

    @Test
    void beside_an_old_java_a_new_one_is_found_in_the_usual_folders_the_lowest_that_is_enough() throws Exception {
        jdk("a-21", "21.0.4");
        jdk("b-27", "27");
        Path lowest = jdk("c 25", "25.0.3");

        assertThat(run("status").output()).startsWith(lowest + "/bin/java ");
    }

    @Test
    void a_runtime_without_a_compiler_is_no_jdk() throws Exception {
        Files.delete(jdk("jre", "25").resolve("bin/javac"));

        assertThat(run("status").exitCode()).isEqualTo(1);
    }

    @Test
    void a_jdk_without_a_release_file_is_asked_for_its_version() throws Exception {
        Path home = jdk("plain", "25");
        Files.delete(home.resolve("release"));

        assertThat(run("status").output()).startsWith(home + "/bin/java ");
    }

    @Test
    void without_a_jdk_one_line_says_what_to_install() throws Exception {
        jdk("a-21", "21.0.4");

        Run run = run("status");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output().lines())
                .singleElement()
                .asString()
                .startsWith("autoglm: a JDK 25 or newer is needed")
                .contains("install one", "JAVA_HOME");
    }

    @Test
    void arguments_arrive_as_they_were_given_also_through_a_link() throws Exception {
        environment.put("JAVA_HOME", jdk("chosen", "25").toString());
        Path link = folder.resolve("glm");
        Files.createSymbolicLink(link, checkout.resolve("autoglm"));

        Run run = start(link.toString(), "chat", "two  blanks", "$HOME *");

        assertThat(run.exitCode()).isZero();
        assertThat(run.output().lines().toList())
                .containsSequence("io.autoglm.local.Autoglm", "chat", "two  blanks", "$HOME *")
                .contains("-Dautoglm.root=" + checkout.toRealPath());
    }

    @Test
    void a_locale_that_cannot_spell_chinese_is_replaced_and_one_that_can_is_kept() throws Exception {
        environment.put("JAVA_HOME", jdk("chosen", "25").toString());

        assertThat(run("status").output()).containsPattern("locale (C|en_US).UTF-8");
        environment.put("LC_ALL", "zh_CN.utf8");
        assertThat(run("status").output()).contains("locale zh_CN.utf8");
    }

    @Test
    void the_launcher_runs_from_a_copy_that_a_build_does_not_touch() throws Exception {
        environment.put("JAVA_HOME", jdk("chosen", "25").toString());

        run("status");

        assertThat(checkout.resolve(".autoglm/launcher")).isDirectoryContaining("glob:**/autoglm-local.jar");
        assertThat(checkout.resolve(".autoglm/launcher")).isDirectoryContaining("glob:**/embedded-redis.jar");
    }

    @Test
    void a_launcher_folder_holds_what_was_built_and_nothing_of_an_older_version() throws Exception {
        environment.put("JAVA_HOME", jdk("chosen", "25").toString());
        run("status");
        Path lib = checkout.resolve("deployment/local/target/lib");
        Files.move(lib.resolve("embedded-redis.jar"), lib.resolve("embedded-redis-2.jar"));
        Files.writeString(checkout.resolve("deployment/local/target/autoglm-local.jar"), "new");
        Files.setLastModifiedTime(
                checkout.resolve("deployment/local/target/autoglm-local.jar"), FileTime.from(Instant.EPOCH));

        run("status");

        Path copies = checkout.resolve(".autoglm/launcher");
        assertThat(copies.resolve("autoglm-local.jar")).hasContent("new");
        try (Stream<Path> files = Files.list(copies)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("autoglm-local.jar", "embedded-redis-2.jar");
        }
    }

    @Test
    void help_needs_neither_a_jdk_nor_a_build_and_names_every_command() throws Exception {
        Files.delete(checkout.resolve("deployment/local/target/autoglm-local.jar"));

        Run help = run("help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.output()).contains("--port-offset", "AUTOGLM_HOST", "docs/configuration.md");
        for (String command : List.of("up", "down", "status", "key", "logs", "chat", "dev", "test", "bench")) {
            assertThat(help.output()).containsPattern("(?m)^  \\./autoglm " + command + "\\b");
        }
        for (String[] other : new String[][] {{}, {"--help"}, {"-h"}, {"up", "--help"}}) {
            assertThat(run(other)).isEqualTo(help);
        }
    }

    @Test
    void a_command_that_there_is_not_is_turned_away_before_anything_is_looked_for_or_built() throws Exception {
        Files.delete(checkout.resolve("deployment/local/target/autoglm-local.jar"));

        assertThat(run("statsu")).isEqualTo(new Run(2, "autoglm: there is no command 'statsu' (./autoglm help)\n"));
    }

    @Test
    void a_build_that_fails_before_maven_runs_is_shown_with_its_last_lines() throws Exception {
        mvnw("echo 'wget: Failed to fetch https://repo.example/maven.zip' >&2; exit 1");

        Run run = run("status");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output())
                .contains("\nwget: Failed to fetch https://repo.example/maven.zip\n")
                .contains("the build failed");
    }

    @Test
    void of_a_build_that_fails_in_maven_the_errors_are_shown() throws Exception {
        mvnw("echo '[INFO] Scanning'; echo '[ERROR] cannot find symbol'; echo '[INFO] BUILD FAILURE'; exit 1");

        Run run = run("status");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output()).contains("[ERROR] cannot find symbol").doesNotContain("Scanning", "BUILD FAILURE");
    }

    @Test
    void a_second_build_waits_for_the_first_and_says_so() throws Exception {
        mvnw("until [ -e go ]; do sleep 0.05; done");
        Process first = launch(checkout.resolve("autoglm").toString(), "status");
        await().atMost(PATIENCE).until(() -> isHeld(lock()));
        Process second = launch(checkout.resolve("autoglm").toString(), "status");
        try {
            assertThat(second.inputReader().readLine())
                    .isEqualTo("autoglm: another build is running here (pid " + first.pid() + "); waiting for it");
        } finally {
            Files.createFile(checkout.resolve("go"));
        }

        assertThat(first.waitFor()).isZero();
        assertThat(second.waitFor()).isZero();
        assertThat(isHeld(lock())).isFalse();
    }

    @Test
    void a_lock_whose_holder_is_gone_is_taken_over_by_one_build_at_a_time() throws Exception {
        mvnw("mkdir alone || echo met >>overlaps; sleep 0.1; rmdir alone || :");
        Files.createDirectories(lock().getParent());
        Files.createSymbolicLink(lock(), Path.of("999999999@1"));

        List<Process> builds = new ArrayList<>();
        for (int i = 0; i < 4; i++)
            builds.add(launch(checkout.resolve("autoglm").toString(), "status"));

        for (Process build : builds) {
            String output = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(build.waitFor()).as(output).isZero();
        }
        assertThat(checkout.resolve("overlaps")).doesNotExist();
        assertThat(isHeld(lock())).isFalse();
    }

    @Test
    void one_who_died_while_taking_over_a_dead_lock_keeps_nobody_waiting() throws Exception {
        mvnw(":");
        Files.createDirectories(lock().getParent());
        Files.createSymbolicLink(lock(), Path.of("999999999@1"));
        Files.createSymbolicLink(lock().resolveSibling("building.999999999@1"), Path.of("999999998@2"));

        assertThat(run("status").exitCode()).isZero();
    }

    @Test
    void a_lock_that_cannot_be_made_is_no_other_build() throws Exception {
        mvnw(":");
        Path bin = Files.createDirectories(folder.resolve("bin"));
        executable(bin.resolve("ln"), "echo 'ln: No space left on device' >&2; exit 1");
        environment.put("PATH", bin + ":/usr/bin:/bin");

        assertThat(run("status"))
                .isEqualTo(new Run(1, "autoglm: no build can be started: ln: No space left on device\n"));
    }

    @Test
    void a_dead_lock_that_cannot_be_removed_is_not_tried_for_ever() throws Exception {
        mvnw(":");
        Files.createDirectories(lock().getParent());
        Files.createSymbolicLink(lock(), Path.of("999999999@1"));
        Path bin = Files.createDirectories(folder.resolve("bin"));
        executable(bin.resolve("ln"), "echo 'ln: Permission denied' >&2; exit 1");
        environment.put("PATH", bin + ":/usr/bin:/bin");

        Process build = launch(checkout.resolve("autoglm").toString(), "status");
        try {
            assertThat(build.waitFor(PATIENCE)).isTrue();
            assertThat(build.exitValue()).isEqualTo(1);
            assertThat(build.inputReader().readLine())
                    .isEqualTo("autoglm: no build can be started: "
                            + checkout.toRealPath().resolve(".autoglm/building")
                            + ", of a process that has ended, cannot be removed");
        } finally {
            build.destroyForcibly();
        }
    }

    @Test
    void dev_builds_a_launcher_that_is_older_than_its_sources_and_only_then() throws Exception {
        mvnw("echo built >>builds");
        Path source = Files.createDirectories(checkout.resolve("deployment/local/src/main"));

        assertThat(run("dev").exitCode()).isZero();
        assertThat(run("dev").exitCode()).isZero();
        assertThat(checkout.resolve("builds")).hasContent("built");

        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(run("dev").exitCode()).isZero();
        assertThat(checkout.resolve("builds")).hasContent("built\nbuilt");
    }

    @Test
    void a_folder_that_cannot_be_made_is_named() throws Exception {
        mvnw(":");
        Files.writeString(checkout.resolve(".autoglm"), "in the way");

        Run run = run("status");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output()).contains("no build can be started without the folder " + checkout.toRealPath());
    }

    /// With SIGTERM: where this test was started in the background, SIGINT is ignored for good.
    @Test
    void a_signal_ends_the_build_with_all_that_it_started() throws Exception {
        mvnw("echo $$ >pids; sh -c 'echo $$ >>pids; exec sleep 600'; echo on >>pids");
        Process build = launch(checkout.resolve("autoglm").toString(), "status");
        Path pids = checkout.resolve("pids");
        await().atMost(PATIENCE)
                .until(() -> Files.exists(pids) && Files.readAllLines(pids).size() == 2);

        // A `Process` would close the pipe of its output, too.
        build.toHandle().destroy();

        assertThat(build.waitFor()).isEqualTo(130);
        for (String pid : Files.readAllLines(pids)) {
            Optional<ProcessHandle> left = ProcessHandle.of(Long.parseLong(pid));
            await().atMost(PATIENCE)
                    .until(() -> left.map(Running::of).filter(Running::isAlive).isEmpty());
        }
        assertThat(isHeld(lock())).isFalse();
    }

    /// A build that does this instead of Maven's work, where nothing is built yet.
    private void mvnw(String script) throws IOException {
        environment.put("JAVA_HOME", jdk("chosen", "25").toString());
        Path jar = checkout.resolve("deployment/local/target/autoglm-local.jar");
        Files.delete(jar);
        executable(checkout.resolve("mvnw"), script + "\n: >'" + jar + "'");
    }

    private static void executable(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path lock() {
        return checkout.resolve(".autoglm/building");
    }

    /// The link has no file behind it.
    private static boolean isHeld(Path lock) {
        return Files.exists(lock, LinkOption.NOFOLLOW_LINKS);
    }

    private Run run(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = checkout.resolve("autoglm").toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return start(command);
    }

    private Process launch(String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private Run start(String... command) throws IOException, InterruptedException {
        Process process = launch(command);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    private record Run(int exitCode, String output) {}

    /// Its `java` prints the path and arguments it was called with, or its version when asked for that.
    private Path jdk(String name, String version) throws IOException {
        Path home = jdks.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + "\"\n");
        String java = """
                #!/bin/sh
                if [ "$1" = -version ]; then echo 'openjdk version "%s" 2026' >&2; exit; fi
                if [ "$2" = -version ]; then echo '    java.home = %s' >&2; exit; fi
                printf '%%s ' "$0"
                printf '%%s\\n' "$@"
                printf 'locale %%s\\n' "$LC_ALL"
                """.formatted(version, home);
        for (String program : new String[] {"java", "javac"}) {
            Path file = Files.writeString(home.resolve("bin").resolve(program), java);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return home;
    }
}
