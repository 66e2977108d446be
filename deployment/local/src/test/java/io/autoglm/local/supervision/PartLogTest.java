package io.autoglm.local.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartLogTest {

    @TempDir
    Path folder;

    @Test
    void a_part_that_explains_itself_is_quoted() throws IOException {
        PartLog log = logOf("INFO starting\nautoglm: cannot serve: config.json: missing\n  at a.b.C\n");

        assertThat(log.reason(0, "inference ended with exit code 78"))
                .isEqualTo("autoglm: cannot serve: config.json: missing");
    }

    @Test
    void one_that_does_not_is_quoted_with_its_last_line() throws IOException {
        assertThat(logOf("first\nlast\n\n").reason(0, "gateway ended with exit code 1"))
                .isEqualTo("gateway ended with exit code 1: last");
    }

    @Test
    void what_an_earlier_run_said_is_not_the_reason_of_this_one() throws IOException {
        PartLog log = logOf("autoglm: cannot start gateway: old: news\n");

        assertThat(log.reason(log.size(), "gateway was ended by signal 9")).isEqualTo("gateway was ended by signal 9");
    }

    @Test
    void without_a_log_there_is_the_exit_code() {
        assertThat(new PartLog(folder.resolve("none"), 10).reason(0, "it ended"))
                .isEqualTo("it ended");
    }

    @Test
    void a_log_that_is_too_long_moves_aside_and_its_writer_goes_on_at_the_new_beginning() throws IOException {
        PartLog log = logOf("");
        try (OutputStream writer =
                Files.newOutputStream(log.file(), StandardOpenOption.APPEND, StandardOpenOption.WRITE)) {
            writer.write("x".repeat(100).getBytes(StandardCharsets.UTF_8));
            log.cap();
            writer.write("new".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(log.file()).hasContent("new");
        assertThat(folder.resolve("part.log.1")).hasContent("x".repeat(100));
    }

    @Test
    void a_log_within_its_limit_stays() throws IOException {
        PartLog log = logOf("short");

        log.cap();

        assertThat(log.file()).hasContent("short");
        assertThat(folder.resolve("part.log.1")).doesNotExist();
    }

    private PartLog logOf(String content) throws IOException {
        Path file = folder.resolve("part.log");
        Files.writeString(file, content);
        return new PartLog(file, 50);
    }
}
