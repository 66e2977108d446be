package io.autoglm.inference.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.inference.sampling.Sampler;
import io.autoglm.inference.sampling.SamplerWorkspace;
import io.autoglm.inference.sampling.SamplingParameters;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WaitingLineTest {

    private final AtomicLong now = new AtomicLong();
    private int freeSlots;
    private final WaitingLine line = new WaitingLine(3, 4, () -> freeSlots, now::get);

    private static Generation generation(Priority priority) {
        int[] prompt = {1};
        Sampler sampler = new Sampler(SamplingParameters.greedy(), prompt, new SamplerWorkspace(2, 2), null);
        return new Generation(0, prompt, 1, Set.of(), sampler, priority, Long.MAX_VALUE, new Events(1, 1));
    }

    @Test
    void the_more_urgent_class_goes_first_and_within_one_whoever_came_first() {
        Generation bulk = generation(Priority.BULK);
        Generation first = generation(Priority.INTERACTIVE);
        Generation second = generation(Priority.INTERACTIVE);

        line.submit(List.of(bulk, first));
        line.submit(List.of(second));

        assertThat(line.byUrgency()).containsExactly(first, second, bulk);
    }

    @Test
    void nobody_is_overtaken_once_its_patience_is_over() {
        Generation bulk = generation(Priority.BULK);
        line.submit(List.of(bulk));
        now.addAndGet(Duration.ofMinutes(2).toNanos());
        Generation interactive = generation(Priority.INTERACTIVE);
        line.submit(List.of(interactive));

        assertThat(line.byUrgency()).containsExactly(bulk, interactive);
    }

    @Test
    void a_request_is_taken_whole_or_not_at_all() {
        line.submit(List.of(generation(Priority.DEFAULT), generation(Priority.DEFAULT)));

        Submission refused = line.submit(List.of(generation(Priority.DEFAULT), generation(Priority.DEFAULT)));

        assertThat(refused).isEqualTo(new Submission.LineFull(3));
        assertThat(line.size()).isEqualTo(2);
    }

    @Test
    void those_for_whom_there_are_free_slots_do_not_count_as_waiting() {
        freeSlots = 4;

        assertThat(line.submit(several(7))).isEqualTo(new Submission.Accepted());
        assertThat(line.submit(several(1))).isEqualTo(new Submission.LineFull(3));
    }

    @Test
    void a_request_that_can_never_fit_is_told_apart_from_one_that_comes_at_a_bad_time() {
        assertThat(line.submit(several(8))).isEqualTo(new Submission.NeverFits(7));
        assertThat(line.submit(several(7))).isEqualTo(new Submission.LineFull(3));
    }

    private static List<Generation> several(int count) {
        return Stream.generate(() -> generation(Priority.DEFAULT)).limit(count).toList();
    }

    @Test
    void a_closed_line_takes_nobody_and_keeps_those_who_wait() {
        line.submit(List.of(generation(Priority.DEFAULT)));
        line.close();

        assertThat(line.submit(List.of(generation(Priority.DEFAULT)))).isEqualTo(new Submission.Closing());
        assertThat(line.size()).isEqualTo(1);
    }
}
