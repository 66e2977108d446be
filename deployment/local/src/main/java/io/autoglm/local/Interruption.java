package io.autoglm.local;

import java.io.IOException;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/// What Ctrl-C, SIGTERM and SIGHUP do to an `up`: the supervisor is told to stop, and waited for. The hook is there
/// before the process is, and waits for it to be there, so that none of them falls between.
final class Interruption {

    private final PrintStream out;
    /// Both are guarded by `this`.
    private @Nullable Process supervisor;

    private boolean underWay;

    Interruption(PrintStream out) {
        this.out = out;
    }

    /// Starts the supervisor, unless it is too late for that.
    synchronized Process start(ProcessBuilder builder) throws IOException {
        if (underWay) throw new IOException("interrupted before anything was started");
        Process started = builder.start();
        supervisor = started;
        return started;
    }

    synchronized boolean isUnderWay() {
        return underWay;
    }

    /// The hook itself.
    void stop() {
        Process running = begin();
        if (running == null) return;
        out.println();
        out.println("autoglm: stopping; requests under way may finish");
        running.destroy();
        try {
            running.waitFor();
            out.println("autoglm: stopped");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized @Nullable Process begin() {
        if (supervisor != null && !supervisor.isAlive()) return null;
        underWay = true;
        return supervisor;
    }
}
