package io.autoglm.local.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.local.home.Address;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import io.autoglm.local.home.Snapshot;
import io.autoglm.local.home.Snapshot.Phase;
import io.autoglm.local.home.SuiteOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);

    @Test
    void the_line_that_is_written_over_fits_into_the_terminal_and_leaves_its_last_column() {
        progress(new Screen(true, 40)).show(manyStarting(), START);

        assertThat(overwritten()).hasSize(39).startsWith("    0.0 s  waiting for inference-1 (");
    }

    @Test
    void in_a_wide_terminal_nothing_is_cut() {
        progress(new Screen(true, 1000)).show(manyStarting(), START);

        assertThat(overwritten()).endsWith("inference-20 (waiting)");
    }

    @Test
    void a_part_that_is_ready_is_shown_with_its_address() {
        PartStatus redis = new PartStatus("redis", new Address("redis.example:7000", 7000), null, "ready", START, null);

        progress(new Screen(false, 80)).show(snapshot(List.of(redis)), START);

        assertThat(text()).isEqualTo("  redis          0.0 s  ready      redis.example:7000\n");
    }

    @Test
    void a_width_that_is_not_told_or_makes_no_sense_is_80() {
        assertThat(Screen.of(Map.of("AUTOGLM_TERMINAL", "1", "COLUMNS", "132"))).isEqualTo(new Screen(true, 132));
        assertThat(Screen.of(Map.of("COLUMNS", "0"))).isEqualTo(new Screen(false, 80));
        assertThat(Screen.of(Map.of("COLUMNS", "wide"))).isEqualTo(new Screen(false, 80));
        assertThat(Screen.of(Map.of())).isEqualTo(new Screen(false, 80));
    }

    private Progress progress(Screen screen) {
        return new Progress(out, screen, START);
    }

    private static Snapshot manyStarting() {
        List<PartStatus> parts = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            parts.add(new PartStatus("inference-" + i, Address.onLoopback(8000 + i), null, "waiting", START, null));
        }
        return snapshot(parts);
    }

    private static Snapshot snapshot(List<PartStatus> parts) {
        SuiteOptions options = new SuiteOptions(Path.of("/models/glm"), parts.size(), 0, "127.0.0.1");
        return new Snapshot(Running.thisProcess(), options, Phase.STARTING, null, parts);
    }

    private String overwritten() {
        return text().substring(text().lastIndexOf("\u001b[K") + 3);
    }

    private String text() {
        return shown.toString(StandardCharsets.UTF_8);
    }
}
