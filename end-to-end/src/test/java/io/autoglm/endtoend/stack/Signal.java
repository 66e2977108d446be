package io.autoglm.endtoend.stack;

import java.io.IOException;

/// What Java cannot say to a process by itself.
public enum Signal {
    /// It hangs from now on: its ports stay open, and nobody answers.
    STOP,
    /// It goes on.
    CONT;

    public void send(ProcessHandle to) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name(), Long.toString(to.pid()))
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("kill -" + name() + " " + to.pid() + " failed");
        }
    }
}
