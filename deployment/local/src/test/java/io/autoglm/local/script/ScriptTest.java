package io.autoglm.local.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./autoglm` itself, in a checkout of a few empty files, among JDKs that are folders with a `release` file
/// and a `java` that prints its own path.
class ScriptTest {

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

    private Run run(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = checkout.resolve("autoglm").toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return start(command);
    }

    private Run start(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
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
