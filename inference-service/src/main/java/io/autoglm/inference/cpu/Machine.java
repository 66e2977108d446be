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
final class Machine {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final Path MEMORY_INFO = Path.of("/proc/meminfo");

    private Machine() {}

    /// Hyper-threads share the vector units, so a step runs fastest with one thread a core.
    static int physicalCores() {
        int available = Runtime.getRuntime().availableProcessors();
        int cores = physicalCores(lines(CPU_INFO));
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
    static long freeBytes() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long available = availableBytes(lines(MEMORY_INFO));
        // The bean knows the container's limit; where there is none, its total is the machine's.
        return available == 0 ? system.getFreeMemorySize() : Math.min(available, system.getTotalMemorySize());
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
