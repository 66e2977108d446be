package io.autoglm.local.home;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultTest {

    @TempDir
    Path folder;

    @Test
    void a_file_is_told_with_what_is_wrong_with_it() {
        assertThat(Fault.words(new AccessDeniedException("/root/key"))).isEqualTo("/root/key: permission denied");
        assertThat(Fault.words(new NoSuchFileException("/key"))).isEqualTo("/key: there is no such file or folder");
        assertThat(Fault.words(new FileSystemException("/key", null, "No space left on device")))
                .isEqualTo("/key: No space left on device");
    }

    @Test
    void what_the_system_really_throws_is_more_than_a_path() {
        Path missing = folder.resolve("missing/file");

        try {
            Files.writeString(missing, "");
        } catch (IOException real) {
            assertThat(real).hasMessage(missing.toString());
            assertThat(Fault.words(real)).isEqualTo(missing + ": there is no such file or folder");
            return;
        }
        throw new AssertionError("written where there is no folder");
    }

    @Test
    void other_faults_keep_their_message_and_none_is_without_words() {
        assertThat(Fault.words(new IOException("it closed the connection"))).isEqualTo("it closed the connection");
        assertThat(Fault.words(new UnknownHostException("redis.example")))
                .isEqualTo("redis.example: no such host is known");
        assertThat(Fault.words(new IOException())).isEqualTo("IOException");
    }
}
