package io.autoglm.local.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.autoglm.local.home.Address;
import io.autoglm.local.home.Home;
import io.autoglm.local.supervision.Health;
import io.autoglm.local.supervision.Probe;
import io.autoglm.local.supervision.RedisProbe;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// With a real Redis: the one on the PATH, else the embedded one.
class RedisPartTest {

    private static final Probe UNUSED = Health.Healthy::new;

    @TempDir
    Path folder;

    private Home home;
    private int port;

    @BeforeEach
    void make_the_home() throws IOException {
        home = new Home(folder, folder.resolve("a home with blanks"));
        home.create();
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
    }

    @Test
    void what_was_acknowledged_is_there_after_a_kill() throws Exception {
        RedisPart redis = ours();
        Process process = start(redis);
        try {
            assertThat(ask("SET turn 42")).isEqualTo("+OK");
        } finally {
            process.destroyForcibly().waitFor();
        }

        process = start(redis);

        try {
            assertThat(ask("STRLEN turn")).isEqualTo(":2");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void nobody_gets_in_without_the_password_and_nothing_is_ever_evicted() throws Exception {
        Process process = start(ours());
        try {
            assertThat(new RedisProbe("127.0.0.1", port, "wrong").check()).isInstanceOf(Health.Unready.class);
            assertThat(new RedisProbe("127.0.0.1", port, null).check()).isEqualTo(new Health.Healthy());
            assertThat(ask("CONFIG GET maxmemory-policy", 5)).contains("noeviction");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void the_password_is_in_a_file_of_its_owner_and_not_in_the_command() throws Exception {
        RedisPart redis = ours();

        assertThat(redis.spec().command()).noneMatch(word -> word.contains("pass-word"));
        assertThat(redis.spec().toString()).doesNotContain("pass-word");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(home.redis().resolve("redis.conf"))))
                .isEqualTo("rw-------");
    }

    @Test
    void a_redis_of_someone_else_is_watched_and_not_started() throws Exception {
        RedisPart redis = RedisPart.external("redis://:pw@redis.example:7000/2", home, UNUSED);

        assertThat(redis.isOurs()).isFalse();
        assertThat(redis.spec().address()).isEqualTo(new Address("redis.example:7000", 7000));
        assertThat(redis.spec().probe()).isEqualTo(new RedisProbe("redis.example", 7000, null));
        assertThat(redis.url()).isEqualTo("redis://:pw@redis.example:7000/2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    rediss://:pw@redis.example          | rediss://redis.example                  | 6379
                    redis://me:p@w@redis.example:7000/2 | redis://redis.example:7000/2            | 7000
                    redis://:pw@a:7000,redis://:pw@b:1  | redis://a:7000,redis://b:1              | 7000
                    unix:///run/redis.sock              | unix:///run/redis.sock                  | 6379
                    """)
    void one_that_asks_for_more_than_our_probe_can_is_seen_through_the_one_who_can_and_shown_without_its_password(
            String url, String shown, int port) throws Exception {
        RedisPart redis = RedisPart.external(url, home, UNUSED);

        assertThat(redis.spec().probe()).isSameAs(UNUSED);
        assertThat(redis.spec().address()).isEqualTo(new Address(shown, port));
        assertThat(redis.url()).isEqualTo(url);
    }

    @ParameterizedTest
    @CsvSource({
        "redis://redis.example, redis.example, 6379",
        "redis://my_redis:1/, my_redis, 1",
        "redis://[::1]:2, ::1, 2"
    })
    void a_single_server_in_the_clear_is_asked_by_us(String url, String host, int port) throws Exception {
        assertThat(RedisPart.external(url, home, UNUSED).spec().probe()).isEqualTo(new RedisProbe(host, port, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "localhost:6379", "redis://", "redis://:6379", "rediss://:pw@:1", "redis://a,b"})
    void a_redis_url_that_names_no_host_is_refused_without_a_word_of_its_password(String url) {
        assertThatThrownBy(() -> RedisPart.external(url, home, UNUSED))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("redis://host:port")
                .hasMessageNotContaining("pw");
    }

    @Test
    void a_redis_on_the_path_is_preferred_and_a_broken_one_passed_over() throws IOException {
        Path broken = executable("broken", "echo 'cannot open shared object file' >&2; exit 127");
        Path good = executable("good", "echo 'Redis server v=7.0.15 sha=0'");

        assertThat(RedisBinary.onPath(broken + File.pathSeparator + good))
                .contains(new RedisBinary(good.resolve("redis-server"), "7.0.15"));
        assertThat(RedisBinary.onPath(broken.toString())).isEmpty();
    }

    private Path executable(String name, String script) throws IOException {
        Path directory = Files.createDirectories(folder.resolve(name));
        Path file = Files.writeString(directory.resolve("redis-server"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return directory;
    }

    private RedisPart ours() throws Exception {
        return RedisPart.ours(RedisBinary.find(home, System.getenv("PATH")), home, port, "pass-word");
    }

    private Process start(RedisPart redis) throws IOException {
        Process process = new ProcessBuilder(redis.spec().command())
                .redirectOutput(home.log("redis").toFile())
                .redirectErrorStream(true)
                .start();
        await().until(() -> redis.spec().probe().check() instanceof Health.Healthy);
        return process;
    }

    private String ask(String command) throws IOException {
        return ask(command, 1).strip();
    }

    private String ask(String command, int lines) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(("AUTH pass-word\r\n" + command + "\r\n").getBytes(StandardCharsets.UTF_8));
            BufferedReader answers =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            answers.readLine();
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < lines; i++) all.append(answers.readLine()).append('\n');
            return all.toString();
        }
    }
}
