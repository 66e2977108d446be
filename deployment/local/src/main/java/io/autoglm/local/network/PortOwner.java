package io.autoglm.local.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Who listens on a port that should be free: from `/proc` where there is one, else from `lsof`. Processes of other
/// users stay unknown to one who is not root.
public final class PortOwner {
    private PortOwner() {}

    private static final int CONNECT_TIMEOUT_MILLIS = 200;
    private static final int SHOWN_COMMAND_CHARS = 100;
    /// The state LISTEN in `/proc/net/tcp`.
    private static final String LISTENING = "0A";

    /// Whether a server of ours could listen there: nobody answers, and it can be bound.
    public static boolean isFree(int port) {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (Socket answer = new Socket()) {
            answer.connect(new InetSocketAddress(loopback, port), CONNECT_TIMEOUT_MILLIS);
            return false;
        } catch (IOException nobodyAnswers) {
            try (ServerSocket ours = new ServerSocket()) {
                ours.setReuseAddress(true);
                ours.bind(new InetSocketAddress(loopback, port));
                return true;
            } catch (IOException taken) {
                return false;
            }
        }
    }

    /// `pid 123 (python3 -m http.server 8080)`, or words for not knowing.
    public static String describe(int port) {
        return pid(port).map(PortOwner::name).orElse("a process of another user, or one in another container");
    }

    static Optional<Long> pid(int port) {
        try {
            return Files.isReadable(Path.of("/proc/net/tcp")) ? fromProc(port) : fromLsof(port);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private static String name(long pid) {
        String command = ProcessHandle.of(pid).flatMap(PortOwner::commandLine).orElse("");
        if (command.length() > SHOWN_COMMAND_CHARS) command = command.substring(0, SHOWN_COMMAND_CHARS) + "…";
        return command.isBlank() ? "pid " + pid : "pid " + pid + " (" + command + ")";
    }

    /// The JDK leaves the line out where it is long; `/proc` has it whole.
    private static Optional<String> commandLine(ProcessHandle process) {
        try {
            String line = Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
            if (!line.isBlank()) return Optional.of(line.replace('\0', ' ').strip());
        } catch (IOException noProc) {
            return process.info().commandLine();
        }
        return process.info().commandLine();
    }

    private static Optional<Long> fromProc(int port) throws IOException {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            Path file = Path.of(table);
            if (Files.isReadable(file)) sockets.addAll(listeningInodes(Files.readAllLines(file), port));
        }
        if (sockets.isEmpty()) return Optional.empty();
        return ProcessHandle.allProcesses()
                .filter(process -> holdsOneOf(process, sockets))
                .map(ProcessHandle::pid)
                .findFirst();
    }

    /// The links of `/proc/<pid>/fd` name a socket as `socket:[inode]`.
    static Set<String> listeningInodes(List<String> table, int port) {
        String suffix = String.format(":%04X", port);
        Set<String> links = new HashSet<>();
        for (String line : table) {
            String[] fields = line.strip().split("\\s+", -1);
            if (fields.length > 9 && fields[1].endsWith(suffix) && fields[3].equals(LISTENING)) {
                links.add("socket:[" + fields[9] + "]");
            }
        }
        return links;
    }

    private static boolean holdsOneOf(ProcessHandle process, Set<String> sockets) {
        Path descriptors = Path.of("/proc", Long.toString(process.pid()), "fd");
        try (DirectoryStream<Path> open = Files.newDirectoryStream(descriptors)) {
            for (Path descriptor : open) {
                if (sockets.contains(target(descriptor))) return true;
            }
            return false;
        } catch (IOException anotherUsersOrGone) {
            return false;
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }

    private static Optional<Long> fromLsof(int port) throws IOException {
        Process lsof = new ProcessBuilder("lsof", "-nP", "-t", "-iTCP:" + port, "-sTCP:LISTEN")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (Stream<String> lines = lsof.inputReader().lines()) {
            Optional<Long> pid = lines.filter(line -> line.matches("\\d+"))
                    .map(Long::valueOf)
                    .findFirst();
            lsof.waitFor(1, TimeUnit.SECONDS);
            return pid;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            lsof.destroy();
        }
    }
}
