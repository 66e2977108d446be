package io.autoglm.inference.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

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
    void this_machine_has_cores_and_memory() {
        assertThat(Machine.physicalCores()).isBetween(1, Runtime.getRuntime().availableProcessors());
        assertThat(Machine.freeBytes()).isPositive();
    }
}
