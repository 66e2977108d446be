package io.autoglm.local.suite;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The Java command of a part, with the flags of a laptop, where four services start on two cores at once: little to
/// compile, little memory, and class data that the last start has left.
///
/// @param java the executable this launcher runs on
record Jvm(Path java) {

    static Jvm ofThisProcess() {
        return new Jvm(Path.of(System.getProperty("java.home"), "bin", "java"));
    }

    /// A service that moves data and computes nothing: one compiler tier, a small heap.
    List<String> service(Path jar, Path archive, int heapMegabytes) {
        List<String> command = common(archive.toString(), heapMegabytes);
        command.add("-XX:TieredStopAtLevel=1");
        return jar(command, jar);
    }

    /// An inference instance: both compilers, and as much memory outside the heap as the machine has, since that is
    /// where weights and KV cache are.
    ///
    /// @param archive may hold placeholders that are filled in by the one who starts it
    List<String> engine(Path jar, String archive, int heapMegabytes, long directBytes) {
        List<String> command = common(archive, heapMegabytes);
        command.add("-XX:MaxDirectMemorySize=" + directBytes);
        return jar(command, jar);
    }

    private List<String> common(String archive, int heapMegabytes) {
        return new ArrayList<>(List.of(
                java.toString(),
                "-XX:+UseSerialGC",
                "-Xmx" + heapMegabytes + "m",
                "-XX:+AutoCreateSharedArchive",
                "-XX:SharedArchiveFile=" + archive,
                // An archive of an older build is replaced at exit; that is no news for a log.
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dfile.encoding=UTF-8",
                "-Dstdout.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8"));
    }

    private static List<String> jar(List<String> command, Path jar) {
        command.add("-jar");
        command.add(jar.toString());
        return List.copyOf(command);
    }
}
