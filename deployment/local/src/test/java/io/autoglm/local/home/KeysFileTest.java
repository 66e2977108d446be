package io.autoglm.local.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.local.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysFileTest {

    @TempDir
    Path folder;

    private KeysFile keys;

    @BeforeEach
    void make_the_home() throws IOException {
        Home home = new Home(folder, folder.resolve("home"));
        home.create();
        keys = KeysFile.of(home, Map.of());
    }

    @Test
    void the_gateway_is_given_the_hash_and_not_the_key() throws IOException {
        keys.admit("sk-secret");

        assertThat(Files.readString(keys.path())).doesNotContain("secret");
        assertThat(entries().getFirst().at("sha256").text()).isEqualTo(KeysFile.sha256("sk-secret"));
        assertThat(KeysFile.sha256("abc"))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys.path())))
                .isEqualTo("rw-------");
    }

    @Test
    void a_new_key_replaces_the_old_entry_and_leaves_those_of_others() throws IOException {
        keys.admit("sk-old");
        Json other = Json.object("id", "alice", "sha256", "00", "tenant", "alice");
        WholeFile.write(
                keys.path(),
                Json.object("keys", List.of(entries().getFirst(), other)).toString());

        keys.admit("sk-new");

        assertThat(entries()).extracting(entry -> entry.at("id").text()).containsExactly("local", "alice");
        assertThat(keys.admits("sk-new")).isTrue();
        assertThat(keys.admits("sk-old")).isFalse();
    }

    @Test
    void one_that_is_broken_is_named_with_what_is_wrong() throws IOException {
        Files.writeString(keys.path(), "{\"keys\":[");

        assertThatThrownBy(() -> keys.admit("sk-new"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(keys.path() + ": not JSON: ");
    }

    private List<Json> entries() throws IOException {
        return Json.parse(Files.readString(keys.path())).at("keys").items();
    }
}
