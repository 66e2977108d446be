package io.autoglm.local.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagedAppTest {

    @TempDir
    Path folder;

    private Path built;
    private Path staged;

    @BeforeEach
    void build() throws IOException {
        built = folder.resolve("target");
        staged = folder.resolve("apps/gateway");
        Files.createDirectories(built.resolve("lib"));
        Files.createDirectories(staged.getParent());
        Files.writeString(built.resolve("run.jar"), "first");
        Files.writeString(built.resolve("lib/a.jar"), "a");
    }

    @Test
    void what_runs_stays_as_it_is_when_a_build_replaces_the_files() throws IOException {
        StagedApp.stage(built, staged);

        Files.delete(built.resolve("run.jar"));
        Files.writeString(built.resolve("run.jar"), "second");

        assertThat(staged.resolve("run.jar")).hasContent("first");
        assertThat(staged.resolve("lib/a.jar")).hasContent("a");
    }

    @Test
    void staging_again_leaves_nothing_of_the_old_build() throws IOException {
        StagedApp.stage(built, staged);
        Files.delete(built.resolve("lib/a.jar"));
        Files.writeString(built.resolve("lib/b.jar"), "b");

        StagedApp.stage(built, staged);

        assertThat(staged.resolve("lib"))
                .isDirectoryNotContaining("glob:**a.jar")
                .isDirectoryContaining("glob:**b.jar");
    }

    @Test
    void it_takes_no_room_beside_the_build() throws IOException {
        StagedApp.stage(built, staged);

        assertThat(Files.getAttribute(staged.resolve("run.jar"), "unix:ino"))
                .isEqualTo(Files.getAttribute(built.resolve("run.jar"), "unix:ino"));
    }
}
