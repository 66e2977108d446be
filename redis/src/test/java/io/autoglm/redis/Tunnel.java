package io.autoglm.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A path over the network to a port of this machine, on which connections can go silent: what is sent into
/// them arrives nowhere, and nobody is told.
public final class Tunnel implements AutoCloseable {
    // Platform threads: tests keep the carriers of virtual ones busy, and this is no part of what they measure.
    private final int target;
    private final ServerSocket entrance;
    private final List<Passage> passages = new CopyOnWriteArrayList<>();

    public Tunnel(int target) throws IOException {
        this.target = target;
        this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(this::accept);
    }

    public int port() {
        return entrance.getLocalPort();
    }

    /// How many connections are open now.
    public int connections() {
        return passages.size();
    }

    /// Every connection that is open now goes silent. Those that are opened later work.
    public void silence() {
        passages.forEach(passage -> passage.silent = true);
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Passage passage = new Passage(entrance.accept());
                passages.add(passage);
                Thread.ofPlatform().daemon().start(passage::run);
            } catch (IOException closed) {
                // The loop's condition ends it.
            }
        }
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        passages.forEach(Passage::close);
    }

    private final class Passage {
        private final Socket near;
        private volatile boolean silent;

        Passage(Socket near) {
            this.near = near;
        }

        void run() {
            try (near;
                    Socket far = new Socket(InetAddress.getLoopbackAddress(), target)) {
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                Thread back = Thread.ofPlatform().daemon().start(() -> copy(far, near));
                copy(near, far);
                back.join();
            } catch (IOException | InterruptedException gone) {
                closeQuietly(near);
            } finally {
                passages.remove(this);
            }
        }

        /// Ends both ways when one ends, so that a killed server is noticed at once.
        private void copy(Socket from, Socket to) {
            byte[] bytes = new byte[8192];
            try {
                int read = from.getInputStream().read(bytes);
                while (read >= 0) {
                    if (!silent) {
                        to.getOutputStream().write(bytes, 0, read);
                    }
                    read = from.getInputStream().read(bytes);
                }
                from.close();
                to.close();
            } catch (IOException ended) {
                closeQuietly(from);
                closeQuietly(to);
            }
        }

        void close() {
            closeQuietly(near);
        }

        private static void closeQuietly(Socket socket) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
