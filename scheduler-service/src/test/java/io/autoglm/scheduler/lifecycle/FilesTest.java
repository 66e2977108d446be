package io.autoglm.scheduler.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesTest {
    @TempDir
    Path dir;

    @Test
    void a_pid_file_is_read_as_it_was_written() throws IOException {
        PidFile file = PidFile.of(dir.resolve("run"), "inference-1");
        PidFile.Entry entry = new PidFile.Entry(4711, Instant.parse("2026-11-21T10:00:00.123Z"), 8000, "abc");
        assertThat(file.read()).isEmpty();

        file.write(entry);

        assertThat(file.read()).contains(entry);
        assertThat(PidFile.all(dir.resolve("run"))).extracting(PidFile::id).containsExactly("inference-1");
        file.delete();
        assertThat(file.read()).isEmpty();
    }

    @Test
    void a_pid_file_that_makes_no_sense_counts_as_none() throws IOException {
        PidFile file = PidFile.of(dir, "inference-1");

        for (String nonsense : List.of("", "pid=x", "pid=1\nstartedAt=yesterday\nport=1", "\0\1\2", "pid=\\u12")) {
            Files.writeString(file.path(), nonsense);
            assertThat(file.read()).isEmpty();
        }
        Files.write(file.path(), new byte[] {(byte) 0xff, (byte) 0xfe, 'x'});
        assertThat(file.read()).isEmpty();
    }

    @Test
    void a_process_is_known_by_its_start_time_and_not_by_its_number_alone() {
        ProcessHandle self = ProcessHandle.current();
        Instant startedAt = self.info().startInstant().orElseThrow();

        assertThat(new PidFile.Entry(self.pid(), startedAt, 8000, "").find()).contains(self);
        assertThat(new PidFile.Entry(self.pid(), startedAt.minusSeconds(60), 8000, "").find())
                .isEmpty();
    }

    @Test
    void the_last_words_of_a_process_are_found_among_its_last_lines_and_not_those_of_the_one_before()
            throws IOException {
        ChildLog log = new ChildLog(dir.resolve("inference-1.log"));
        assertThat(log.lastLine(0)).isEmpty();
        Files.writeString(log.path(), "autoglm: cannot serve: old\n");
        long begin = log.size();
        append(log, "starting\n");
        assertThat(log.lastLine(begin)).contains("starting");

        append(log, "autoglm: cannot serve: config.json: missing\nbye\n\n");
        append(log, "\tat a.stack.trace(Trace.java)\n".repeat(2000));

        assertThat(log.lastLine(begin)).contains("autoglm: cannot serve: config.json: missing");
    }

    @Test
    void a_large_log_is_moved_aside_and_an_appending_writer_goes_on() throws IOException {
        ChildLog log = new ChildLog(dir.resolve("inference-1.log"));
        try (var writer = Files.newOutputStream(log.path(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            writer.write("0123456789".getBytes(StandardCharsets.UTF_8));
            log.rotate(10);
            assertThat(log.size()).isEqualTo(10);
            writer.write("x".getBytes(StandardCharsets.UTF_8));

            log.rotate(10);
            writer.write("new".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(dir.resolve("inference-1.log.1")).hasContent("0123456789x");
        assertThat(log.path()).hasContent("new");
    }

    @Test
    void a_launch_fills_in_its_place_and_is_recognised_by_what_it_starts() {
        Launch one = launch("inference-1", 8000, List.of("serve", "--port={port}", "{id}", "{url}"));

        assertThat(one.command()).containsExactly("serve", "--port=8000", "inference-1", "http://127.0.0.1:8000");
        assertThat(one.environment())
                .containsEntry("AUTOGLM_INSTANCE_ID", "inference-1")
                .containsEntry("AUTOGLM_INSTANCE_URL", "http://127.0.0.1:8000")
                .containsEntry("AUTOGLM_PORT", "8000");
        assertThat(one.fingerprint())
                .isEqualTo(launch("inference-1", 8000, List.of("serve", "--port={port}", "{id}", "{url}"))
                        .fingerprint())
                .isNotEqualTo(launch("inference-1", 8001, List.of("serve", "--port={port}", "{id}", "{url}"))
                        .fingerprint())
                .isNotEqualTo(launch("inference-1", 8000, List.of("serve")).fingerprint());
    }

    private Launch launch(String id, int port, List<String> command) {
        return Launch.of(id, "127.0.0.1", port, command, Map.of("AUTOGLM_SCHEDULER_URL", "http://s"), dir);
    }

    private static void append(ChildLog log, String text) throws IOException {
        Files.writeString(log.path(), text, StandardOpenOption.APPEND);
    }
}
