package io.autoglm.endtoend.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Kills what the tests have started when the tests themselves are killed. A shell that reads pids from a pipe:
/// when the pipe ends, because the test's JVM is gone in whatever way, it kills them and the processes named by
/// the pid files that schedulers leave, and runs a last command.
final class Guardian implements AutoCloseable {
    private static final String SCRIPT = """
            pids= last=
            while read -r word rest; do
              case $word in
                done) exit 0 ;;
                last) last=$rest ;;
                *) pids="$pids $word" ;;
              esac
            done
            for file in "$1"/*/run/*.pid; do
              [ -f "$file" ] && pids="$pids $(sed -n 's/^pid=//p' "$file")"
            done
            for pid in $pids; do kill -9 "$pid"; done
            eval "$last"
            """;

    private final Writer pipe;

    Guardian(Path scratch) {
        try {
            Process shell = new ProcessBuilder("sh", "-c", SCRIPT, "guardian", scratch.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            pipe = shell.outputWriter(StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void watch(Process process) {
        say(Long.toString(process.pid()));
    }

    /// @param command of the shell, run after the killing
    synchronized void atDeath(String command) {
        say("last " + command);
    }

    /// Everything was stopped in good order.
    @Override
    public synchronized void close() {
        say("done");
    }

    private void say(String word) {
        try {
            pipe.write(word + "\n");
            pipe.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
