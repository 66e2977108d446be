package io.autoglm.inference.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineTest {

    @Test
    void hyper_threads_of_a_core_count_once() {
        List<String> cpuInfo = List.of(
                "processor\t: 0",
                "physical id\t: 0",
                "core id\t: 0",
                "processor\t: 1",
                "physical id\t: 0",
                "core id\t: 1",
                "processor\t: 2",
                "physical id\t: 1",
                "core id\t: 0",
                "processor\t: 3",
                "physical id\t: 0",
                "core id\t: 0");

        assertThat(Machine.physicalCores(cpuInfo)).isEqualTo(3);
        assertThat(Machine.physicalCores(List.of("processor\t: 0"))).isZero();
    }

    @Test
    void memory_that_caches_files_is_free() {
        assertThat(Machine.availableBytes(List.of("MemTotal: 10 kB", "MemFree: 2 kB", "MemAvailable:    7 kB")))
                .isEqualTo(7 * 1024);
        assertThat(Machine.availableBytes(List.of())).isZero();
    }

    @Test
    void a_container_has_what_its_limits_leave_and_file_caches_are_free(@TempDir Path folder) throws IOException {
        Path proc = folder.resolve("proc");
        Path cgroups = folder.resolve("cgroup");
        group(proc.resolve("self"), "cgroup", "0::/pod/app\n");
        group(cgroups.resolve("pod"), "memory.max", "1000\n", "memory.current", "700\n");
        group(cgroups.resolve("pod"), "memory.stat", "anon 500\nactive_file 40\ninactive_file 60\nfile 200\n");
        group(cgroups.resolve("pod/app"), "memory.max", "max\n", "memory.current", "700\n");

        assertThat(Machine.containerFreeBytes(proc, cgroups)).isEqualTo(1000 - (700 - 100));

        group(cgroups.resolve("pod/app"), "memory.max", "800\n");
        assertThat(Machine.containerFreeBytes(proc, cgroups)).isEqualTo(100);
    }

    @Test
    void a_container_that_sees_its_own_group_as_the_root_is_understood(@TempDir Path folder) throws IOException {
        group(folder.resolve("proc/self"), "cgroup", "0::/\n");
        group(folder.resolve("cgroup"), "memory.max", "500\n", "memory.current", "600\n");

        assertThat(Machine.containerFreeBytes(folder.resolve("proc"), folder.resolve("cgroup")))
                .isZero();
    }

    @Test
    void without_a_limit_a_container_has_what_the_machine_has(@TempDir Path folder) {
        assertThat(Machine.containerFreeBytes(folder, folder)).isEqualTo(Long.MAX_VALUE);
    }

    private static void group(Path group, String... files) throws IOException {
        Files.createDirectories(group);
        for (int i = 0; i < files.length; i += 2) {
            Files.writeString(group.resolve(files[i]), files[i + 1]);
        }
    }

    @Test
    void this_machine_has_cores_and_memory() {
        assertThat(Machine.physicalCores()).isBetween(1, Runtime.getRuntime().availableProcessors());
        assertThat(Machine.freeBytes()).isPositive();
    }
}
