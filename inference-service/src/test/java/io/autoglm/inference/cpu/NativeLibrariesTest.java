package io.autoglm.inference.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {

    @TempDir
    Path cache;

    private final String here = NativeLibraries.platform(System.getProperty("os.name"), System.getProperty("os.arch"));

    @Test
    void the_libraries_are_unpacked_once_and_found_again() throws IOException {
        Path folder = NativeLibraries.unpack(here, cache);
        Path library = folder.resolve(System.mapLibraryName("onnxruntime"));
        FileTime written = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(library, written);

        assertThat(NativeLibraries.unpack(here, cache)).isEqualTo(folder);
        assertThat(Files.getLastModifiedTime(library)).isEqualTo(written);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void a_library_that_was_cut_short_is_written_anew() throws IOException {
        Path library = NativeLibraries.unpack(here, cache).resolve(System.mapLibraryName("onnxruntime"));
        long size = Files.size(library);
        Files.write(library, new byte[10]);

        NativeLibraries.unpack(here, cache);

        assertThat(Files.size(library)).isEqualTo(size);
    }

    @Test
    void a_platform_without_libraries_is_told() {
        assertThatThrownBy(() -> NativeLibraries.unpack("plan9-mips", cache))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("plan9-mips");
    }

    @Test
    void platforms_have_the_names_of_the_jar() {
        assertThat(NativeLibraries.platform("Linux", "amd64")).isEqualTo("linux-x64");
        assertThat(NativeLibraries.platform("Linux", "aarch64")).isEqualTo("linux-aarch64");
        assertThat(NativeLibraries.platform("Mac OS X", "aarch64")).isEqualTo("osx-aarch64");
        assertThat(NativeLibraries.platform("Windows 11", "amd64")).isEqualTo("win-x64");
    }
}
