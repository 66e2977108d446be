package io.autoglm.endtoend.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// Free loopback ports, below the range from which the system takes the ports of outgoing connections.
public final class Ports {
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 30_000;
    private static final int TRIES = 200;

    private Ports() {}

    /// @return the first of `count` ports that follow one another
    public static int block(int count) {
        for (int i = 0; i < TRIES; i++) {
            int first = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST - count);
            if (areFree(first, count)) {
                return first;
            }
        }
        throw new IllegalStateException("no " + count + " free ports in a row");
    }

    /// @return what `--port-offset` may be so that the ports of the launcher's plan are free
    static int launcherOffset() {
        for (int i = 0; i < TRIES; i++) {
            int offset = ThreadLocalRandom.current().nextInt(LOWEST - 8_000, HIGHEST - 10_000);
            if (areFree(8_000 + offset, 2) && areFree(8_079 + offset, 4) && areFree(9_080 + offset, 3)) {
                return offset;
            }
        }
        throw new IllegalStateException("no free ports for the launcher");
    }

    private static boolean areFree(int first, int count) {
        for (int port = first; port < first + count; port++) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                socket.setReuseAddress(true);
            } catch (IOException taken) {
                return false;
            }
        }
        return true;
    }
}
