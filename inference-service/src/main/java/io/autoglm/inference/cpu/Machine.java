package io.autoglm.inference.cpu;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What this process may use of the machine that it is on, container limits included.
public final class Machine {

    private static final Path PROC = Path.of("/proc");
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private Machine() {}

    /// Hyper-threads share the vector units, so a step runs fastest with one thread a core.
    static int physicalCores() {
        int available = Runtime.getRuntime().availableProcessors();
        int cores = physicalCores(lines(PROC.resolve("cpuinfo")));
        return cores == 0 ? available : Math.min(cores, available);
    }

    /// @return the distinct pairs of socket and core, 0 where the system does not tell
    static int physicalCores(List<String> cpuInfo) {
        Set<String> cores = new HashSet<>();
        String socket = "";
        for (String line : cpuInfo) {
            if (line.startsWith("physical id")) {
                socket = line;
            } else if (line.startsWith("core id")) {
                cores.add(socket + line);
            }
        }
        return cores.size();
    }

    /// Memory that can be had without swapping: what nobody uses, and what only caches files.
    public static long freeBytes() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long available = availableBytes(lines(PROC.resolve("meminfo")));
        // The bean knows the limit of a container of cgroup v1 too, though not what is left of it.
        long machine = available == 0 ? system.getFreeMemorySize() : Math.min(available, system.getTotalMemorySize());
        return Math.min(machine, containerFreeBytes(PROC, CGROUPS));
    }

    /// What is left under the limits of cgroup v2 that hold for this process, its own group's and those above
    /// it: a limit less what is charged to it, but for file caches, which the kernel drops when room is
    /// needed.
    ///
    /// @param proc    `/proc`
    /// @param cgroups `/sys/fs/cgroup`
    /// @return a very large number where there is no limit
    static long containerFreeBytes(Path proc, Path cgroups) {
        String own = lines(proc.resolve("self/cgroup")).stream()
                .filter(line -> line.startsWith("0::/"))
                .map(line -> line.substring("0::/".length()))
                .findFirst()
                .orElse("");
        long least = freeBytes(cgroups);
        Path group = cgroups;
        for (Path part : Path.of(own)) {
            group = group.resolve(part);
            least = Math.min(least, freeBytes(group));
        }
        return least;
    }

    private static long freeBytes(Path group) {
        long limit = number(lines(group.resolve("memory.max")), "");
        if (limit < 0) {
            return Long.MAX_VALUE;
        }
        long used = Math.max(0, number(lines(group.resolve("memory.current")), ""));
        List<String> statistics = lines(group.resolve("memory.stat"));
        long caches =
                Math.max(0, number(statistics, "active_file ")) + Math.max(0, number(statistics, "inactive_file "));
        return Math.max(0, limit - Math.max(0, used - caches));
    }

    /// @return -1 where there is none, as where a limit is `max`
    private static long number(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .filter(value -> value.matches("[0-9]{1,18}"))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(-1);
    }

    static long availableBytes(List<String> memoryInfo) {
        return memoryInfo.stream()
                .filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst()
                .orElse(0);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }
}
