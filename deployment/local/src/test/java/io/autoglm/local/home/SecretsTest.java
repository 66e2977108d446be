package io.autoglm.local.home;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {

    @TempDir
    Path folder;

    private Home home;

    @BeforeEach
    void make_the_home() throws IOException {
        home = new Home(folder, folder.resolve("home"));
        home.create();
    }

    @Test
    void they_are_made_once_and_kept() throws IOException {
        Secrets first = Secrets.of(home);
        Secrets second = Secrets.of(home);

        assertThat(second.key()).isEqualTo(first.key());
        assertThat(second.internalToken()).isEqualTo(first.internalToken());
        assertThat(second.redisPassword()).isEqualTo(first.redisPassword());
        assertThat(second.keyPepper()).isEqualTo(first.keyPepper()).hasSizeGreaterThanOrEqualTo(32);
    }

    @Test
    void the_key_has_256_bits_and_the_shape_of_an_openai_key() throws IOException {
        assertThat(Secrets.of(home).key()).matches("sk-[A-Za-z0-9_-]{43}");
    }

    @Test
    void nobody_else_can_read_them() throws IOException {
        Secrets.of(home);

        for (Path file : List.of(home.key(), home.internalToken(), home.redisPassword(), home.keyPepper())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .as(file.toString())
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void they_do_not_print_themselves() throws IOException {
        Secrets secrets = Secrets.of(home);

        assertThat(secrets.toString())
                .doesNotContain(secrets.key(), secrets.internalToken(), secrets.redisPassword(), secrets.keyPepper());
    }
}
