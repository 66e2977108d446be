package io.autoglm.endtoend.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Kills what the tests have started when the tests themselves are killed. A {@link GuardianProcess} is told
/// through a pipe what to watch, and the pipe ends when the test's JVM is gone, in whatever way.
final class Guardian implements AutoCloseable {
    private static final int HEAP_MEGABYTES = 16;
    private static final int END_LIMIT_SECONDS = 60;

    private final Process process;
    private final Writer pipe;
    private boolean closed;

    Guardian() {
        List<String> command = new ArrayList<>(PackagedStack.java(HEAP_MEGABYTES));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classes(), GuardianProcess.class.getName()));
        try {
            process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            pipe = process.outputWriter(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Until it has ended by itself.
    void watch(Process started) {
        KnownProcess known = KnownProcess.of(started.toHandle());
        say("watch " + known.pid() + " " + known.startedAt());
        var _ = started.onExit().thenRun(() -> say("ended " + known.pid()));
    }

    /// The processes that a scheduler starts are watched too.
    void watch(RunFolder folder) {
        say("folder " + folder.path());
    }

    /// @param command of the shell, run after the killing
    void atDeath(String command) {
        say("last " + command);
    }

    /// Everything was stopped in good order.
    @Override
    public void close() {
        say("done");
        letGo();
    }

    /// What the death of this JVM does: the pipe ends without a word.
    synchronized void letGo() {
        closed = true;
        try {
            pipe.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until it has done what it had to do.
    void awaitEnd() {
        process.onExit().orTimeout(END_LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }

    private synchronized void say(String line) {
        if (closed) {
            return;
        }
        try {
            pipe.write(line + "\n");
            pipe.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String classes() {
        try {
            return Path.of(Guardian.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
