package io.autoglm.scheduler.registry;

import static io.autoglm.protocol.placement.InstanceState.DRAINING;
import static io.autoglm.protocol.placement.InstanceState.EJECTED;
import static io.autoglm.protocol.placement.InstanceState.GONE;
import static io.autoglm.protocol.placement.InstanceState.READY;
import static io.autoglm.protocol.placement.InstanceState.STARTING;
import static io.autoglm.protocol.placement.InstanceState.WARMING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.protocol.placement.InstanceState;
import io.autoglm.protocol.placement.ModelLoad;
import io.autoglm.protocol.placement.ServedModel;
import io.autoglm.scheduler.ManualClock;
import io.autoglm.scheduler.Said;
import io.autoglm.service.CannotStart;
import io.autoglm.service.Configs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryTest {
    private final ManualClock clock = new ManualClock();
    private final List<Change> changes = new ArrayList<>();
    private final Registry registry = registry(Map.of());

    private Registry registry(Map<String, String> settings) {
        return new Registry(Configs.of(RegistryConfig.class, settings), clock, changes::add);
    }

    @Test
    void the_first_report_is_the_registration() {
        assertThat(registry.report(Said.ready("a").report())).isEqualTo(new Registration.Accepted(true));
        assertThat(registry.report(Said.ready("a").report())).isEqualTo(new Registration.Accepted(false));

        assertThat(state("a")).isEqualTo(READY);
    }

    @Test
    void an_instance_goes_through_its_life_as_it_says_and_every_change_is_announced_once() {
        for (InstanceState said : List.of(STARTING, STARTING, WARMING, READY, READY, DRAINING)) {
            registry.report(Said.ready("a").says(said, null).report());
            assertThat(state("a")).isEqualTo(said);
        }
        registry.leave("a", null);

        assertThat(changes)
                .extracting(change -> change.to().state())
                .containsExactly(STARTING, WARMING, READY, DRAINING, GONE);
    }

    @Test
    void a_ready_instance_that_was_never_starting_is_ready_at_once() {
        registry.report(Said.ready("a").report());

        assertThat(changes).extracting(change -> change.to().state()).containsExactly(READY);
    }

    @Test
    void silence_makes_suspect_after_two_seconds_and_gone_after_five() {
        registry.report(Said.ready("a").report());

        ages(Duration.ofSeconds(2));
        assertThat(phase("a")).isInstanceOf(Phase.Ready.class);
        ages(Duration.ofMillis(1));
        assertThat(phase("a")).isInstanceOf(Phase.Suspect.class);
        ages(Duration.ofMillis(2999));
        assertThat(phase("a")).isInstanceOf(Phase.Suspect.class);
        ages(Duration.ofMillis(1));
        assertThat(phase("a")).isInstanceOf(Phase.Gone.class);
        assertThat(phase("a").reason()).isEqualTo("no report for 5 s");
    }

    @Test
    void a_scheduler_that_has_just_started_waits_for_reports() {
        Registry young = registry(Map.of("autoglm.registry.settle-for", "3s"));

        assertThat(young.isSettling()).isTrue();
        clock.passes(Duration.ofMillis(2999));
        assertThat(young.isSettling()).isTrue();
        clock.passes(Duration.ofMillis(1));
        assertThat(young.isSettling()).isFalse();
    }

    @Test
    void a_report_makes_a_suspect_and_a_silent_one_ready_again() {
        registry.report(Said.ready("a").report());

        ages(Duration.ofSeconds(3));
        registry.report(Said.ready("a").report());
        assertThat(state("a")).isEqualTo(READY);

        ages(Duration.ofSeconds(6));
        assertThat(state("a")).isEqualTo(GONE);
        registry.report(Said.ready("a").report());
        assertThat(state("a")).isEqualTo(READY);
    }

    @Test
    void a_scheduler_that_was_stopped_itself_blames_nobody_for_the_silence() {
        registry.report(Said.ready("a").report());

        clock.passes(Duration.ofSeconds(30));
        registry.age();
        assertThat(state("a")).isEqualTo(READY);

        ages(Duration.ofSeconds(3));
        assertThat(state("a")).isEqualTo(GONE);
    }

    @Test
    void the_third_failure_within_the_window_ejects() {
        two("a", "b");

        registry.failed("a", Said.MODEL);
        ages(Duration.ofSeconds(1));
        registry.failed("a", Said.MODEL);
        assertThat(state("a")).isEqualTo(READY);
        registry.failed("a", Said.MODEL);

        assertThat(state("a")).isEqualTo(EJECTED);
        assertThat(phase("a").reason()).isEqualTo("3 requests failed within 30 s");
        assertThat(state("b")).isEqualTo(READY);
    }

    @Test
    void the_failure_that_ejects_asks_for_no_probe_and_none_counts_before_its_time() {
        two("a", "b");
        registry.failed("a", Said.MODEL);
        ProbeTarget underWay = registry.failed("a", Said.MODEL).orElseThrow();

        assertThat(registry.failed("a", Said.MODEL)).isEmpty();
        assertThat(registry.failed("a", Said.MODEL)).isEmpty();
        registry.passed(underWay);
        assertThat(state("a")).isEqualTo(EJECTED);

        staysHeard(Said.ready("a"), Duration.ofMillis(29_500));
        registry.passed(underWay);
        assertThat(state("a")).isEqualTo(EJECTED);
        staysHeard(Said.ready("a"), Duration.ofMillis(500));
        assertThat(registry.dueForProbe()).containsExactly(underWay);
        registry.passed(underWay);
        assertThat(state("a")).isEqualTo(READY);
    }

    @Test
    void an_ejected_instance_that_begins_anew_by_its_own_word_is_believed() {
        two("a", "b");
        for (int i = 0; i < 3; i++) {
            registry.failed("a", Said.MODEL);
        }
        assertThat(state("a")).isEqualTo(EJECTED);

        registry.report(Said.ready("a").report());
        assertThat(state("a")).isEqualTo(EJECTED);
        registry.report(Said.ready("a").says(WARMING, "another model").report());
        registry.report(Said.ready("a").report());

        assertThat(state("a")).isEqualTo(READY);
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "suspect-after | 6s  | autoglm.registry.suspect-after is 6000 ms: set it to no more than"
                        + " autoglm.registry.gone-after, which is 5000 ms",
                "max-fails     | 0   | autoglm.registry.max-fails is 0: set it to 1 or more",
                "fail-timeout  | -1s | autoglm.registry.fail-timeout is -1000 ms: set it to 1 ms or more",
                "settle-for    | -1s | autoglm.registry.settle-for is -1000 ms: set it to 0 or more",
            })
    void a_setting_that_cannot_work_stops_the_start_with_its_name(String name, String value, String sentence) {
        assertThatThrownBy(() -> registry(Map.of("autoglm.registry." + name, value)))
                .isInstanceOf(CannotStart.class)
                .hasMessage(sentence);
    }

    @Test
    void failures_that_lie_far_apart_do_not_eject() {
        two("a", "b");

        for (int i = 0; i < 20; i++) {
            registry.failed("a", Said.MODEL);
            clock.passes(Duration.ofSeconds(16));
            two("a", "b");
        }

        assertThat(state("a")).isEqualTo(READY);
    }

    @Test
    void failures_never_eject_the_last_instance_of_a_model_but_ask_for_a_probe() {
        registry.report(Said.ready("a").report());
        registry.report(Said.ready("b").serving("other").report());

        for (int i = 0; i < 10; i++) {
            assertThat(registry.failed("a", Said.MODEL))
                    .get()
                    .extracting(ProbeTarget::id)
                    .isEqualTo("a");
        }

        assertThat(state("a")).isEqualTo(READY);
    }

    @Test
    void a_refused_connection_ejects_even_the_last_instance_at_once() {
        registry.report(Said.ready("a").report());
        ProbeTarget target = registry.failed("a", Said.MODEL).orElseThrow();

        registry.refused(target, "its port refuses connections", true);

        assertThat(state("a")).isEqualTo(EJECTED);
    }

    @Test
    void an_uncertain_probe_must_fail_twice_in_a_row() {
        registry.report(Said.ready("a").report());
        ProbeTarget target = registry.failed("a", Said.MODEL).orElseThrow();

        registry.refused(target, "500", false);
        registry.passed(target);
        registry.refused(target, "500", false);
        assertThat(state("a")).isEqualTo(READY);
        assertThat(registry.dueForProbe()).containsExactly(target);

        registry.refused(target, "500", false);
        assertThat(state("a")).isEqualTo(EJECTED);
    }

    @Test
    void a_busy_instance_is_not_asked_again_at_once() {
        staysHeard(Said.ready("a"), Duration.ofSeconds(11));
        ProbeTarget target = registry.dueForProbe().getFirst();

        registry.busy(target);

        assertThat(registry.dueForProbe()).isEmpty();
        staysHeard(Said.ready("a"), Duration.ofMillis(9_500));
        assertThat(registry.dueForProbe()).isEmpty();
        staysHeard(Said.ready("a"), Duration.ofMillis(500));
        assertThat(registry.dueForProbe()).containsExactly(target);
    }

    @Test
    void a_busy_instance_whose_last_probe_failed_is_not_asked_again_at_once_either() {
        registry.report(Said.ready("a").report());
        ProbeTarget target = registry.failed("a", Said.MODEL).orElseThrow();
        registry.refused(target, "500", false);
        assertThat(registry.dueForProbe()).containsExactly(target);

        registry.busy(target);

        assertThat(registry.dueForProbe()).isEmpty();
        staysHeard(Said.ready("a"), Duration.ofSeconds(10));
        assertThat(registry.dueForProbe()).containsExactly(target);
    }

    @Test
    void a_busy_instance_that_is_ejected_stays_so_for_another_timeout() {
        registry.report(Said.ready("a").report());
        ProbeTarget target = registry.failed("a", Said.MODEL).orElseThrow();
        registry.refused(target, "its port refuses connections", true);
        staysHeard(Said.ready("a"), Duration.ofSeconds(30));
        assertThat(registry.dueForProbe()).containsExactly(target);

        registry.busy(target);

        assertThat(state("a")).isEqualTo(EJECTED);
        assertThat(phase("a").reason()).isEqualTo("its port refuses connections");
        staysHeard(Said.ready("a"), Duration.ofMillis(29_500));
        assertThat(registry.dueForProbe()).isEmpty();
        staysHeard(Said.ready("a"), Duration.ofMillis(500));
        assertThat(registry.dueForProbe()).containsExactly(target);
    }

    @Test
    void only_a_probe_after_the_timeout_brings_an_ejected_instance_back() {
        registry.report(Said.ready("a").report());
        ProbeTarget target = registry.failed("a", Said.MODEL).orElseThrow();
        registry.refused(target, "its port refuses connections", true);

        staysHeard(Said.ready("a"), Duration.ofSeconds(29));
        assertThat(state("a")).isEqualTo(EJECTED);
        assertThat(registry.dueForProbe()).isEmpty();

        staysHeard(Said.ready("a"), Duration.ofSeconds(1));
        assertThat(registry.dueForProbe()).containsExactly(target);
        registry.refused(target, "500", false);
        assertThat(registry.dueForProbe()).isEmpty();

        staysHeard(Said.ready("a"), Duration.ofSeconds(30));
        registry.passed(target);
        assertThat(state("a")).isEqualTo(READY);
    }

    @Test
    void an_engine_that_runs_sequences_and_makes_no_step_is_ejected_after_fifteen_seconds() {
        registry.report(Said.ready("a").busy(2, 0).at(100).report());

        staysHeard(Said.ready("a").busy(2, 0).at(100), Duration.ofMillis(14_500));
        assertThat(state("a")).isEqualTo(READY);
        staysHeard(Said.ready("a").busy(2, 0).at(100), Duration.ofMillis(500));

        assertThat(state("a")).isEqualTo(EJECTED);
        assertThat(phase("a").reason()).contains("no step for 15 s").contains("2 running");
    }

    @Test
    void a_model_that_hangs_is_seen_although_another_one_on_the_same_instance_moves() {
        for (int second = 0; second <= 16; second++) {
            registry.report(Said.ready("a")
                    .with(
                            new ServedModel("hangs", "v1", 2048, new ModelLoad(4, 1, 0, 0, 7)),
                            new ServedModel("moves", "v1", 2048, new ModelLoad(4, 1, 0, 0, second)))
                    .busy(2, 0)
                    .at(7 + second)
                    .report());
            clock.passes(Duration.ofSeconds(1));
        }

        assertThat(state("a")).isEqualTo(EJECTED);
        assertThat(phase("a").reason()).contains("no step");
    }

    private static ServedModel model(String id, @Nullable String failure) {
        return new ServedModel(id, "v1", 2048, new ModelLoad(4, 0, 0, 0, 0, failure));
    }

    @Test
    void what_fails_of_one_model_only_leaves_its_instance_to_the_others() {
        for (String id : List.of("a", "b")) {
            registry.report(Said.ready(id)
                    .with(model("broken", null), model("sound", null))
                    .report());
        }

        for (int i = 0; i < 10; i++) {
            assertThat(registry.failed("a", "broken")).as("a probe, each time").isPresent();
        }
        assertThat(state("a")).isEqualTo(READY);

        registry.failed("a", "sound");
        assertThat(state("a")).isEqualTo(EJECTED);
    }

    @Test
    void probes_ask_one_model_after_the_other_but_none_that_says_itself_that_it_fails() {
        registry.report(Said.ready("a")
                .with(model("first", null), model("broken", "3 steps in a row failed"), model("last", null))
                .report());

        List<String> asked = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            asked.add(registry.failed("a", "first").orElseThrow().model());
        }
        registry.report(
                Said.ready("a").with(model("broken", "3 steps in a row failed")).report());

        assertThat(asked).containsExactly("first", "last", "first", "last");
        assertThat(registry.failed("a", "broken").orElseThrow().model()).isEqualTo("broken");
    }

    @Test
    void models_come_and_go_with_the_reports_of_one_process_and_outlive_its_restart() {
        registry.report(Said.ready("a").serving("chat", "vectors").report());
        registry.report(Said.ready("a").serving("chat").report());
        assertThat(registry.find("a").orElseThrow().serves("vectors")).isFalse();
        registry.report(Said.ready("a").serving().report());
        assertThat(registry.find("a").orElseThrow().models()).isEmpty();

        registry.report(Said.ready("a").serving("chat").report());
        registry.report(
                Said.ready("a").by("a/second").says(STARTING, null).serving().report());

        assertThat(registry.find("a").orElseThrow().serves("chat")).isTrue();

        registry.report(Said.ready("a").by("a/second").serving().report());
        assertThat(registry.find("a").orElseThrow().models())
                .as("the new process is ready, and has loaded none")
                .isEmpty();
    }

    @Test
    void an_idle_engine_and_one_that_moves_are_never_called_stalled() {
        staysHeard(Said.ready("a").at(100), Duration.ofMinutes(5));
        assertThat(state("a")).isEqualTo(READY);

        registry.report(Said.ready("a").busy(1, 0).at(100).report());
        assertThat(state("a")).isEqualTo(READY);

        for (int second = 0; second < 100; second++) {
            clock.passes(Duration.ofSeconds(1));
            registry.report(Said.ready("a").busy(1, 0).at(100 + second).report());
        }
        assertThat(state("a")).isEqualTo(READY);
    }

    @Test
    void too_little_accelerator_memory_ejects_until_it_is_free_again() {
        registry.report(Said.ready("a").withFree(600L << 20).report());
        assertThat(state("a")).isEqualTo(READY);

        Said starved = Said.ready("a").withFree(100L << 20);
        registry.report(starved.report());
        assertThat(state("a")).isEqualTo(EJECTED);
        assertThat(phase("a").reason()).isEqualTo("free accelerator memory is 100 MiB, the floor is 512 MiB");

        staysHeard(starved, Duration.ofSeconds(31));
        ProbeTarget target = registry.dueForProbe().getFirst();
        registry.passed(target);
        assertThat(state("a")).isEqualTo(EJECTED);

        registry.report(Said.ready("a").withFree(600L << 20).report());
        registry.passed(target);
        assertThat(state("a")).isEqualTo(READY);
    }

    @Test
    void an_idle_instance_is_probed_every_ten_seconds_and_one_that_moves_is_not() {
        two("idle", "moving");

        for (int half = 1; half <= 20; half++) {
            clock.passes(Duration.ofMillis(500));
            registry.report(Said.ready("idle").report());
            registry.report(Said.ready("moving").busy(1, 0).at(half).report());
        }

        assertThat(registry.dueForProbe()).extracting(ProbeTarget::id).containsExactly("idle");
        registry.passed(registry.dueForProbe().getFirst());
        assertThat(registry.dueForProbe()).isEmpty();
    }

    @Test
    void a_process_that_was_replaced_is_not_believed_any_more() {
        registry.report(Said.ready("a").by("old").report());
        ProbeTarget old = registry.failed("a", Said.MODEL).orElseThrow();
        assertThat(registry.report(Said.ready("a").by("new").report())).isEqualTo(new Registration.Accepted(true));

        assertThat(registry.report(Said.ready("a").by("old").report())).isEqualTo(new Registration.Outdated());
        registry.refused(old, "its port refuses connections", true);
        assertThat(registry.leave("a", "old")).isFalse();

        assertThat(state("a")).isEqualTo(READY);
    }

    @Test
    void a_new_process_starts_with_a_clean_record() {
        two("a", "b");
        registry.failed("a", Said.MODEL);
        registry.failed("a", Said.MODEL);
        registry.failed("a", Said.MODEL);
        registry.drain("a");

        registry.report(Said.ready("a").by("new").report());

        assertThat(state("a")).isEqualTo(READY);
        registry.failed("a", Said.MODEL);
        registry.failed("a", Said.MODEL);
        assertThat(state("a")).isEqualTo(READY);
    }

    @Test
    void a_model_stays_known_while_its_process_starts_again() {
        registry.launched("a", "http://127.0.0.1:8000", 1, 0);
        registry.report(Said.ready("a").report());

        registry.exited("a", "http://127.0.0.1:8000", 1, "killed");
        assertThat(phase("a")).isInstanceOf(Phase.Gone.class);
        assertThat(standing("a").serves(Said.MODEL)).isTrue();
        registry.launched("a", "http://127.0.0.1:8000", 2, 1);
        registry.report(
                Said.ready("a").by("new").says(STARTING, "loading").serving().report());

        assertThat(standing("a").serves(Said.MODEL)).isTrue();
        assertThat(standing("a").restarts()).isEqualTo(1);
        assertThat(phase("a").reason()).isEqualTo("loading");
    }

    @Test
    void an_exit_makes_gone_at_once_and_that_of_an_older_process_does_not() {
        registry.launched("a", "http://127.0.0.1:8000", 4711, 0);
        registry.report(Said.ready("a").report());

        registry.exited("a", "http://127.0.0.1:8000", 4710, "killed");
        assertThat(state("a")).isEqualTo(READY);
        registry.exited("a", "http://127.0.0.1:8000", 4711, "killed");

        assertThat(state("a")).isEqualTo(GONE);
        assertThat(phase("a").reason()).isEqualTo("killed");
    }

    @Test
    void a_process_of_ours_may_take_its_time_until_the_first_report() {
        registry.launched("a", "http://127.0.0.1:8000", 4711, 0);

        for (int second = 0; second < 120; second++) {
            ages(Duration.ofSeconds(1));
        }

        assertThat(state("a")).isEqualTo(STARTING);
    }

    @Test
    void an_instance_that_cannot_load_its_model_is_gone_with_its_reason() {
        registry.report(Said.ready("a").serving().says(STARTING, null).report());

        registry.report(
                Said.ready("a").serving().says(GONE, "config.json: missing").report());

        assertThat(state("a")).isEqualTo(GONE);
        assertThat(phase("a").reason()).isEqualTo("config.json: missing");
    }

    @Test
    void a_drained_instance_stays_drained_whatever_it_says_until_it_is_resumed() {
        registry.report(Said.ready("a").report());

        assertThat(registry.drain("a")).isTrue();
        registry.report(Said.ready("a").report());
        assertThat(state("a")).isEqualTo(DRAINING);

        assertThat(registry.resume("a")).isTrue();
        assertThat(state("a")).isEqualTo(READY);
        assertThat(registry.resume("a")).isFalse();
    }

    @Test
    void unknown_instances_cannot_be_drained_or_leave() {
        assertThat(registry.drain("nobody")).isFalse();
        assertThat(registry.resume("nobody")).isFalse();
        assertThat(registry.leave("nobody", null)).isFalse();
        assertThat(registry.failed("nobody", Said.MODEL)).isEmpty();
    }

    @Test
    void a_foreign_instance_is_forgotten_ten_minutes_after_it_went_and_ours_is_not() {
        registry.report(Said.ready("foreign").report());
        registry.launched("ours", "http://127.0.0.1:8000", 4711, 0);
        registry.leave("foreign", null);
        registry.exited("ours", "http://127.0.0.1:8000", 4711, "killed");

        ages(Duration.ofMinutes(10).minusMillis(1));
        assertThat(registry.all()).extracting(Standing::id).containsExactly("foreign", "ours");
        ages(Duration.ofMillis(1));

        assertThat(registry.all()).extracting(Standing::id).containsExactly("ours");
    }

    @Test
    void more_instances_than_allowed_are_refused_until_one_is_gone() {
        Registry small = registry(Map.of("autoglm.registry.max-instances", "2"));
        small.report(Said.ready("a").report());
        small.report(Said.ready("b").report());

        assertThat(small.report(Said.ready("c").report())).isEqualTo(new Registration.Full(2));
        assertThat(small.report(Said.ready("a").report())).isEqualTo(new Registration.Accepted(false));
        small.leave("a", null);
        assertThat(small.report(Said.ready("c").report())).isEqualTo(new Registration.Accepted(true));
    }

    @Test
    void ids_are_listed_in_natural_order() {
        two("inference-10", "inference-2");
        registry.report(Said.ready("inference-1").report());

        assertThat(registry.all())
                .extracting(Standing::id)
                .containsExactly("inference-1", "inference-2", "inference-10");
    }

    private void two(String first, String second) {
        registry.report(Said.ready(first).report());
        registry.report(Said.ready(second).report());
    }

    private void staysHeard(Said said, Duration duration) {
        for (Duration left = duration; left.isPositive(); left = left.minusMillis(500)) {
            clock.passes(Duration.ofMillis(500));
            registry.report(said.report());
            registry.age();
        }
    }

    /// In steps that are short enough for a healthy scheduler.
    private void ages(Duration duration) {
        Duration step = Duration.ofSeconds(1);
        Duration left = duration;
        while (left.compareTo(step) > 0) {
            clock.passes(step);
            registry.age();
            left = left.minus(step);
        }
        clock.passes(left);
        registry.age();
    }

    private Standing standing(String id) {
        return registry.find(id).orElseThrow();
    }

    private Phase phase(String id) {
        return standing(id).phase();
    }

    private InstanceState state(String id) {
        return phase(id).state();
    }
}
