package io.autoglm.local;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.SuiteOptions;
import io.autoglm.local.suite.Suite;
import io.autoglm.local.supervision.Supervisor;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;

/// The process behind `up`: in a session of its own, told to stop by SIGTERM.
///
/// @param untilInputEnds whether it stops when its standard input ends, that is when the `up` in the terminal is gone,
///                       however it went
record SupervisorProcess(Home home, SuiteOptions options, boolean untilInputEnds, Map<String, String> environment) {

    /// @return the exit code
    int run() throws IOException, InterruptedException {
        OwnSession.begin();
        Supervision supervision = new Supervision(home, options);
        Runtime.getRuntime().addShutdownHook(new Thread(supervision::stopAndWait, "stop"));
        if (untilInputEnds) Thread.ofPlatform().daemon().start(() -> stopWhenInputEnds(supervision));
        return supervision.run(() -> {
                    Suite suite = Suite.lay(home, options, environment);
                    return new Supervisor(home, options, suite.specs(), suite.fleet(), InstantSource.system());
                })
                ? ExitCode.OK
                : ExitCode.FAILED;
    }

    private static void stopWhenInputEnds(Supervision supervision) {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException closed) {
            System.err.println("autoglm: the terminal is gone: " + closed.getMessage());
        }
        supervision.requestStop();
    }
}
