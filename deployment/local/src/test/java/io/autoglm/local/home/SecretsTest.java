package io.autoglm.local.home;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.local.json.Json;
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
    }

    @Test
    void the_key_has_256_bits_and_the_shape_of_an_openai_key() throws IOException {
        assertThat(Secrets.of(home).key()).matches("sk-[A-Za-z0-9_-]{43}");
    }

    @Test
    void nobody_else_can_read_them() throws IOException {
        Secrets.of(home);

        for (Path file : List.of(home.key(), home.internalToken(), home.redisPassword(), home.keysFile())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .as(file.toString())
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void the_gateway_is_given_the_hash_and_not_the_key() throws IOException {
        Secrets secrets = Secrets.of(home);

        String file = Files.readString(home.keysFile());

        assertThat(file).doesNotContain(secrets.key());
        assertThat(Json.parse(file).at("keys").items().getFirst().at("sha256").text())
                .isEqualTo(Secrets.sha256(secrets.key()));
        assertThat(Secrets.sha256("abc")).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void a_new_key_replaces_the_old_entry_and_leaves_those_of_others() throws IOException {
        Secrets.of(home);
        Json own =
                Json.parse(Files.readString(home.keysFile())).at("keys").items().getFirst();
        Json other = Json.object("id", "alice", "sha256", "00", "tenant", "alice");
        WholeFile.write(
                home.keysFile(), Json.object("keys", List.of(own, other)).toString());
        Files.delete(home.key());

        Secrets renewed = Secrets.of(home);

        List<Json> entries =
                Json.parse(Files.readString(home.keysFile())).at("keys").items();
        assertThat(entries).extracting(entry -> entry.at("id").text()).containsExactly("local", "alice");
        assertThat(entries.getFirst().at("sha256").text()).isEqualTo(Secrets.sha256(renewed.key()));
    }

    @Test
    void they_do_not_print_themselves() throws IOException {
        Secrets secrets = Secrets.of(home);

        assertThat(secrets.toString()).doesNotContain(secrets.key(), secrets.internalToken(), secrets.redisPassword());
    }
}
