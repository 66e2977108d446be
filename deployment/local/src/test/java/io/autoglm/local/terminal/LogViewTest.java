package io.autoglm.local.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.local.home.Home;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogViewTest {

    @TempDir
    Path folder;

    private Home home;
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);

    @BeforeEach
    void make_the_home() throws IOException {
        home = new Home(folder, folder.resolve("home"));
        home.create();
        Files.writeString(home.log("gateway"), "one\ntwo\nthree\n");
        Files.writeString(home.log("redis"), "ready\n");
    }

    @Test
    void one_part_is_shown_as_it_wrote() throws Exception {
        new LogView(home, 2).show(List.of("gateway"), false, out);

        assertThat(text()).isEqualTo("two\nthree\n");
    }

    @Test
    void with_several_parts_every_line_says_whose_it_is() throws Exception {
        LogView view = new LogView(home, 1);

        view.show(view.parts(), false, out);

        assertThat(text()).isEqualTo("gateway      │ three\nredis        │ ready\n");
    }

    @Test
    void following_goes_on_with_whole_lines_and_over_a_cut() throws Exception {
        Thread follower = Thread.ofVirtual().start(() -> follow("gateway"));
        try {
            await().until(() -> text().endsWith("three\n"));

            append("half a li");
            append("ne\n");
            await().until(() -> text().endsWith("three\nhalf a line\n"));
            Files.writeString(home.log("gateway"), "cut\n", StandardOpenOption.TRUNCATE_EXISTING);

            await().until(() -> text().endsWith("half a line\ncut\n"));
        } finally {
            follower.interrupt();
            follower.join();
        }
    }

    private void follow(String part) {
        try {
            new LogView(home, 10).show(List.of(part), true, out);
        } catch (IOException broken) {
            throw new java.io.UncheckedIOException(broken);
        } catch (InterruptedException asTheTestEnds) {
            Thread.currentThread().interrupt();
        }
    }

    private void append(String text) throws IOException {
        Files.writeString(home.log("gateway"), text, StandardOpenOption.APPEND);
    }

    private String text() {
        return shown.toString(StandardCharsets.UTF_8);
    }
}
