package io.autoglm.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.autoglm.gateway.directory.KeysConfig;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyStoreTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Path file;

    private final Vertx vertx = Vertx.vertx();

    @SuppressWarnings("NullAway.Init")
    private KeyStore keys;

    @BeforeEach
    void aFileWithOneKey() throws IOException {
        file = folder.resolve("keys.json");
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withSources(new PropertiesConfigSource(Map.of("autoglm.keys.file", file.toString()), "test", 100))
                .withMapping(KeysConfig.class)
                .withMapping(OidcConfig.class)
                .build();
        keys = new KeyStore(
                config.getConfigMapping(KeysConfig.class),
                config.getConfigMapping(OidcConfig.class),
                new ObjectMapper().registerModule(new JavaTimeModule()),
                vertx,
                Clock.systemUTC());
        write("sk-first");
        keys.reload();
    }

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void a_file_that_changed_is_read_again() throws IOException {
        write("sk-first", "sk-second");

        keys.reload();

        assertThat(keys.find("sk-first")).isPresent();
        assertThat(keys.find("sk-second")).isPresent();
    }

    @Test
    void a_broken_file_locks_nobody_out_and_is_read_again_once_it_is_repaired() throws IOException {
        Files.writeString(file, "{\"keys\": [oops");
        keys.reload();
        keys.reload();
        assertThat(keys.find("sk-first")).isPresent();

        write("sk-first", "sk-after-the-repair");
        keys.reload();

        assertThat(keys.find("sk-after-the-repair")).isPresent();
    }

    @Test
    void a_file_that_vanished_locks_nobody_out() throws IOException {
        Files.delete(file);

        keys.reload();

        assertThat(keys.find("sk-first")).isPresent();
    }

    @Test
    void a_key_that_was_taken_out_is_not_found_any_more() throws IOException {
        write("sk-another-one");

        keys.reload();

        assertThat(keys.find("sk-first")).isEmpty();
    }

    private void write(String... secrets) throws IOException {
        StringBuilder entries = new StringBuilder();
        for (String secret : secrets) {
            entries.append(entries.isEmpty() ? "" : ",").append("""
                    {"id":"%s","sha256":"%s","tenant":"acme"}""".formatted(secret, KeyRing.sha256(secret)));
        }
        Files.writeString(file, "{\"keys\":[" + entries + "]}");
    }
}
