package io.autoglm.inference.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.autoglm.inference.sampling.Sampler;
import io.autoglm.inference.sampling.SamplerWorkspace;
import io.autoglm.inference.sampling.SamplingParameters;
import io.autoglm.inference.sampling.TokenConstraint;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.cumulative.CumulativeCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BatchLoopTest {

    private static final int SLOTS = 4;
    private static final int SPARE = 1;
    private static final int DRAFTS = 8;
    private static final int MAX_TOKENS = 256;

    private final AtomicLong skipped = new AtomicLong();
    private final ScriptedDecoder decoder = new ScriptedDecoder(SLOTS + SPARE, MAX_TOKENS);
    private volatile boolean countingBroken;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry() {
        @Override
        protected Counter newCounter(Meter.Id id) {
            return !id.getName().equals("vllm:request_success")
                    ? super.newCounter(id)
                    : new CumulativeCounter(id) {
                        @Override
                        public void increment(double amount) {
                            if (countingBroken) {
                                throw new IllegalStateException("scripted failure of a counter");
                            }
                            super.increment(amount);
                        }
                    };
        }
    };
    private final SamplerWorkspace workspace =
            new SamplerWorkspace(ScriptedDecoder.VOCABULARY, ScriptedDecoder.VOCABULARY);
    private volatile boolean clockBroken;
    private final BatchLoop loop = loop(Duration.ofSeconds(5));

    private BatchLoop loop(Duration lastStep) {
        return new BatchLoop(
                        decoder,
                        new BatchLimits(16, 8, Duration.ofMillis(200), lastStep, SPARE, DRAFTS),
                        new BatchMetrics(metrics, "scripted", MAX_TOKENS),
                        this::now)
                .start();
    }

    private long now() {
        if (clockBroken) {
            throw new IllegalStateException("scripted clock failure");
        }
        return System.nanoTime() + skipped.get();
    }

    @AfterEach
    void close() {
        decoder.gate.release(1 << 20);
        loop.close();
    }

    private static int[] prompt(int seed, int length) {
        return new Random(seed).ints(length, 0, ScriptedDecoder.VOCABULARY).toArray();
    }

    /// A generation and what came of it.
    private final class Asked {

        private final Generation generation;
        private final List<Integer> tokens = new ArrayList<>();
        private final ScriptedLoop.Asked answer;

        Asked(int[] prompt, int maxTokens) {
            this(prompt, maxTokens, Set.of(), new Events(1, maxTokens), 0, Duration.ofMinutes(5));
        }

        Asked(int[] prompt, int maxTokens, TokenConstraint constraint) {
            this(prompt, maxTokens, Set.of(), new Events(1, maxTokens), 0, Duration.ofMinutes(5), constraint);
        }

        Asked(int[] prompt, int maxTokens, Set<Integer> stops, Events events, int index, Duration within) {
            this(prompt, maxTokens, stops, events, index, within, null);
        }

        private Asked(
                int[] prompt,
                int maxTokens,
                Set<Integer> stops,
                Events events,
                int index,
                Duration within,
                @Nullable TokenConstraint constraint) {
            Sampler sampler = new Sampler(SamplingParameters.greedy(), prompt, workspace, constraint);
            long deadline = System.nanoTime() + skipped.get() + within.toNanos();
            generation = new Generation(index, prompt, maxTokens, stops, sampler, Priority.DEFAULT, deadline, events);
            answer = new ScriptedLoop.Asked(events, generation, tokens);
        }

        Asked submit() {
            assertThat(loop.submit(List.of(generation))).isEqualTo(new Submission.Accepted());
            return this;
        }

        /// Waits for the first token.
        Asked started() throws InterruptedException {
            answer.started();
            return this;
        }

        Ending ending() throws InterruptedException {
            return answer.ending();
        }
    }

    /// So that all are there when the loop looks.
    private List<Asked> submitTogether(List<Asked> asked) {
        loop.submit(asked.stream().map(each -> each.generation).toList());
        return asked;
    }

    @Test
    void an_answer_is_what_the_model_says_up_to_the_limit() throws InterruptedException {
        int[] prompt = prompt(1, 30);
        Asked asked = new Asked(prompt, 20).submit();

        assertThat(asked.ending()).isEqualTo(new Ending.LengthReached());
        assertThat(asked.tokens).isEqualTo(ScriptedDecoder.answer(prompt, 20));
    }

    @Test
    void a_stop_token_ends_the_answer_and_is_not_part_of_it() throws InterruptedException {
        int[] prompt = prompt(2, 10);
        List<Integer> answer = ScriptedDecoder.answer(prompt, 20);
        int stop = answer.get(7);
        Asked asked = new Asked(prompt, 20, Set.of(stop), new Events(1, 20), 0, Duration.ofMinutes(5)).submit();

        assertThat(asked.ending()).isEqualTo(new Ending.Stopped());
        assertThat(asked.tokens).isEqualTo(answer.subList(0, answer.indexOf(stop)));
    }

    @Test
    void an_answer_ends_where_the_slot_is_full() throws InterruptedException {
        int[] prompt = prompt(3, MAX_TOKENS - 5);
        Asked asked = new Asked(prompt, 100).submit();

        assertThat(asked.ending()).isEqualTo(new Ending.LengthReached());
        assertThat(asked.tokens).isEqualTo(ScriptedDecoder.answer(prompt, 5));
    }

    @Test
    void a_prompt_that_leaves_no_room_is_the_callers_bug() {
        Asked asked = new Asked(prompt(3, MAX_TOKENS), 1);

        assertThatThrownBy(() -> loop.submit(List.of(asked.generation))).hasMessageContaining("leave no room");
    }

    @Test
    void answers_do_not_depend_on_who_else_is_in_the_batch_or_what_was_there_before() throws InterruptedException {
        Random random = new Random(11);
        List<int[]> told = new ArrayList<>();
        for (int round = 0; round < 40; round++) {
            List<Asked> batch = new ArrayList<>();
            for (int i = 0; i < 1 + random.nextInt(12); i++) {
                int[] prompt = told.isEmpty() || random.nextBoolean()
                        ? prompt(random.nextInt(), 1 + random.nextInt(120))
                        : continued(told.get(random.nextInt(told.size())), random);
                batch.add(new Asked(prompt, 1 + random.nextInt(60)).submit());
                told.add(prompt);
            }
            for (Asked asked : batch) {
                if (random.nextInt(5) == 0) {
                    asked.generation.cancel();
                }
            }
            for (Asked asked : batch) {
                Ending ending = asked.ending();
                int[] prompt = asked.generation.text();
                assertThat(asked.tokens).isEqualTo(ScriptedDecoder.answer(prompt, asked.tokens.size()));
                if (!ending.equals(new Ending.Cancelled())) {
                    assertThat(asked.tokens)
                            .hasSize(Math.min(asked.generation.maxTokens(), MAX_TOKENS - prompt.length));
                }
            }
        }
        assertThat(metrics.get("vllm:prefix_cache_hits").counter().count()).isPositive();
        assertThat(decoder.calls).anyMatch(call -> call.startsWith("copy"));
    }

    private static int[] continued(int[] before, Random random) {
        int kept = 1 + random.nextInt(before.length);
        return IntStream.concat(
                        IntStream.of(before).limit(kept),
                        random.ints(1 + random.nextInt(40), 0, ScriptedDecoder.VOCABULARY))
                .limit(MAX_TOKENS - 1L)
                .toArray();
    }

    @Test
    void a_second_turn_reads_only_what_is_new() throws InterruptedException {
        int[] first = prompt(5, 100);
        Asked asked = new Asked(first, 10).submit();
        asked.ending();
        decoder.prefilledTokens = 0;
        int[] second = IntStream.concat(
                        IntStream.concat(
                                IntStream.of(first), asked.tokens.stream().mapToInt(token -> token)),
                        IntStream.of(1, 2, 3))
                .toArray();

        Asked again = new Asked(second, 10).submit();

        assertThat(again.ending()).isEqualTo(new Ending.LengthReached());
        assertThat(again.tokens).isEqualTo(ScriptedDecoder.answer(second, 10));
        // 100 + 9 answered tokens have rows: the last token of an answer was never fed back.
        assertThat(again.generation.cachedTokens()).isEqualTo(109);
        assertThat(decoder.prefilledTokens).isEqualTo(4);
    }

    @Test
    void answers_that_share_a_prompt_read_it_once() throws InterruptedException {
        int[] prompt = prompt(6, 200);
        Events events = new Events(3, 3 * 5);
        List<Asked> asked = IntStream.range(0, 3)
                .mapToObj(i -> new Asked(prompt, 5, Set.of(), events, i, Duration.ofMinutes(5)))
                .toList();

        loop.submit(asked.stream().map(each -> each.generation).toList());
        for (int endings = 0; endings < 3; ) {
            endings += events.take() instanceof GenerationEvent.Ended ? 1 : 0;
        }

        assertThat(decoder.prefilledTokens).isEqualTo(200 + 2);
    }

    @Test
    void a_cancelled_sequence_frees_its_slot_within_one_step() throws InterruptedException {
        decoder.gate = new Semaphore(1);
        Asked asked = new Asked(prompt(7, 8), 200).submit().started();
        asked.generation.cancel();
        // The step that waits at the gate already; in the turn after it the slot must be free.
        decoder.gate.release(1);

        assertThat(asked.ending()).isEqualTo(new Ending.Cancelled());
        assertThat(asked.tokens).hasSizeLessThanOrEqualTo(2);
        await().until(() -> loop.status().running() == 0);
    }

    @Test
    void what_is_cancelled_while_it_waits_never_gets_a_slot() throws InterruptedException {
        decoder.gate = new Semaphore(0);
        List<Asked> running = submitTogether(IntStream.range(0, SLOTS)
                .mapToObj(i -> new Asked(prompt(100 + i, 10), 5))
                .toList());
        Asked waiting = new Asked(prompt(200, 10), 5).submit();
        waiting.generation.cancel();
        decoder.gate.release(1 << 20);

        assertThat(waiting.ending()).isEqualTo(new Ending.Cancelled());
        assertThat(waiting.tokens).isEmpty();
        for (Asked asked : running) {
            assertThat(asked.ending()).isEqualTo(new Ending.LengthReached());
        }
    }

    @Test
    void a_deadline_ends_what_runs_and_what_waits() throws InterruptedException {
        decoder.gate = new Semaphore(0);
        List<Asked> running = submitTogether(IntStream.range(0, SLOTS)
                .mapToObj(i ->
                        new Asked(prompt(300 + i, 20), 200, Set.of(), new Events(1, 200), 0, Duration.ofSeconds(60)))
                .toList());
        await().until(() -> loop.status().running() == SLOTS);
        Asked waiting = new Asked(prompt(400, 10), 5, Set.of(), new Events(1, 5), 0, Duration.ofSeconds(60)).submit();
        skipped.set(Duration.ofSeconds(61).toNanos());
        decoder.gate.release(1 << 20);

        for (Asked asked : running) {
            assertThat(asked.ending()).isEqualTo(new Ending.Expired(true));
        }
        assertThat(waiting.ending()).isEqualTo(new Ending.Expired(false));
    }

    @Test
    void when_the_engine_breaks_the_running_end_as_failed_and_the_next_are_answered() throws InterruptedException {
        decoder.gate = new Semaphore(1);
        Asked asked = new Asked(prompt(8, 8), 200).submit().started();
        decoder.failNext.set(1);
        decoder.gate.release(1 << 20);

        assertThat(asked.ending()).isInstanceOf(Ending.Failed.class);
        assertThat(loop.status().failure())
                .as("one failure is not the instance's")
                .isNull();

        int[] prompt = asked.generation.text();
        Asked next = new Asked(prompt, 10).submit();
        assertThat(next.ending()).isEqualTo(new Ending.LengthReached());
        assertThat(next.tokens).isEqualTo(ScriptedDecoder.answer(prompt, 10));
        assertThat(next.generation.cachedTokens())
                .as("rows of a broken engine are not reused")
                .isZero();
    }

    @Test
    void an_engine_that_fails_time_after_time_is_told_and_tried_until_it_recovers_without_traffic()
            throws InterruptedException {
        for (int i = 0; i < EngineHealth.FAILURES; i++) {
            assertThat(loop.status().failure()).isNull();
            decoder.failNext.set(i == EngineHealth.FAILURES - 1 ? 3 : 1);
            assertThat(new Asked(prompt(20 + i, 8), 5).submit().ending()).isInstanceOf(Ending.Failed.class);
        }

        assertThat(loop.status().failure()).contains("steps in a row").contains("IllegalStateException");
        await().until(() -> {
            skipped.addAndGet(Duration.ofSeconds(1).toNanos());
            return loop.status().failure() == null;
        });
        assertThat(decoder.failNext).hasValue(0);
        int[] prompt = prompt(30, 12);
        Asked next = new Asked(prompt, 10).submit();
        assertThat(next.ending()).isEqualTo(new Ending.LengthReached());
        assertThat(next.tokens).isEqualTo(ScriptedDecoder.answer(prompt, 10));
    }

    @Test
    void logits_that_say_nothing_are_the_engines_failure_only_when_no_other_sequence_gets_any()
            throws InterruptedException {
        for (int i = 0; i < EngineHealth.FAILURES; i++) {
            decoder.brokenSlot = ScriptedDecoder.ALL_SLOTS;
            assertThat(new Asked(prompt(40 + i, 8), 5).submit().ending()).isInstanceOf(Ending.Failed.class);
        }

        await().until(() -> loop.status().failure() != null);
        assertThat(loop.status().failure()).contains("steps in a row");
        decoder.brokenSlot = -1;
        await().until(() -> {
            skipped.addAndGet(Duration.ofSeconds(1).toNanos());
            return loop.status().failure() == null;
        });
    }

    @Test
    void a_sampler_that_overflows_the_stack_ends_its_own_sequence_alone() throws InterruptedException {
        decoder.gate = new Semaphore(0);
        List<Asked> asked = submitTogether(List.of(
                new Asked(prompt(50, 8), 20),
                new Asked(prompt(51, 8), 20, new Bottomless()),
                new Asked(prompt(52, 8), 20)));
        decoder.gate.release(1 << 20);

        assertThat(asked.get(1).ending()).isInstanceOf(Ending.Failed.class);
        for (Asked healthy : List.of(asked.get(0), asked.get(2))) {
            assertThat(healthy.ending()).isEqualTo(new Ending.LengthReached());
        }
        assertThat(loop.status().failure()).isNull();
    }

    private static final class Bottomless implements TokenConstraint {

        @Override
        public void allow(long[] mask, int remaining) {
            deeper(mask.length);
        }

        private static int deeper(int depth) {
            return depth < 0 ? depth : depth + deeper(depth + 1);
        }

        @Override
        public void accept(int token) {}
    }

    @Test
    void a_loop_whose_thread_ends_leaves_nobody_waiting_and_says_so() throws InterruptedException {
        decoder.gate = new Semaphore(1);
        Asked running = new Asked(prompt(60, 8), 200).submit().started();
        Asked waiting = new Asked(prompt(61, 8), 200).submit();
        clockBroken = true;
        decoder.gate.release(1 << 20);

        assertThat(running.ending()).isInstanceOf(Ending.Failed.class);
        assertThat(waiting.ending()).isInstanceOf(Ending.Failed.class);
        await().until(loop::ended);
        clockBroken = false;
        assertThat(loop.status().failure()).contains("has ended");
        assertThat(loop.submit(List.of(new Asked(prompt(62, 8), 5).generation))).isEqualTo(new Submission.Closing());
    }

    @Test
    void closing_does_not_wait_for_an_engine_that_never_comes_back() throws InterruptedException {
        loop.close();
        decoder.gate = new Semaphore(1);
        BatchLoop hanging = loop(Duration.ofMillis(20));
        Asked asked = new Asked(prompt(63, 8), 200);
        hanging.submit(List.of(asked.generation));
        asked.started();
        await().until(decoder.gate::hasQueuedThreads);

        hanging.close();

        assertThat(hanging.ended()).isFalse();
        decoder.gate.release(1 << 20);
        await().until(hanging::ended);
    }

    @Test
    void whoever_waits_is_told_of_the_end_even_where_the_counting_breaks() throws InterruptedException {
        decoder.gate = new Semaphore(0);
        List<Asked> running = submitTogether(IntStream.range(0, SLOTS)
                .mapToObj(i -> new Asked(prompt(130 + i, 10), 200))
                .toList());
        await().until(() -> loop.status().running() == SLOTS);
        List<Asked> waiting = submitTogether(List.of(new Asked(prompt(140, 10), 5), new Asked(prompt(141, 10), 5)));
        countingBroken = true;
        running.forEach(asked -> asked.generation.cancel());
        waiting.forEach(asked -> asked.generation.cancel());
        decoder.gate.release(1 << 20);

        for (Asked asked : waiting) {
            assertThat(asked.ending()).isEqualTo(new Ending.Cancelled());
        }
        for (Asked asked : running) {
            assertThat(asked.ending()).isNotNull();
        }
    }

    @Test
    void the_first_of_the_running_is_told_too_where_the_counting_breaks() throws InterruptedException {
        Asked asked = new Asked(prompt(150, 8), 3);
        countingBroken = true;

        assertThat(asked.submit().ending()).isEqualTo(new Ending.LengthReached());
    }

    @Test
    void an_answer_that_a_stop_string_ended_is_no_aborted_one() throws InterruptedException {
        decoder.gate = new Semaphore(1);
        Asked asked = new Asked(prompt(64, 8), 200).submit().started();
        asked.generation.stop();
        asked.generation.cancel();
        decoder.gate.release(1 << 20);

        assertThat(asked.ending()).isEqualTo(new Ending.Stopped());
        await().until(() -> finished("stop") == 1);
        assertThat(finished("abort")).isZero();
    }

    @Test
    void what_is_ended_while_it_waits_is_counted_too() throws InterruptedException {
        decoder.gate = new Semaphore(0);
        submitTogether(IntStream.range(0, SLOTS)
                .mapToObj(i -> new Asked(prompt(110 + i, 10), 5))
                .toList());
        await().until(() -> loop.status().running() == SLOTS);
        Asked waiting = new Asked(prompt(120, 10), 5).submit();
        loop.stop();
        decoder.gate.release(1 << 20);

        assertThat(waiting.ending()).isInstanceOf(Ending.Failed.class);
        await().until(() -> finished("error") == SLOTS + 1);
    }

    private double finished(String reason) {
        return metrics.get("vllm:request_success")
                .tag("finished_reason", reason)
                .counter()
                .count();
    }

    @Test
    void a_sequence_with_bad_logits_fails_alone() throws InterruptedException {
        decoder.gate = new Semaphore(0);
        decoder.brokenSlot = 1;
        List<Asked> asked = submitTogether(IntStream.range(0, 3)
                .mapToObj(i -> new Asked(prompt(800 + i, 8), 40))
                .toList());
        decoder.gate.release(1 << 20);

        assertThat(asked.get(1).ending()).isInstanceOf(Ending.Failed.class);
        for (Asked healthy : List.of(asked.get(0), asked.get(2))) {
            assertThat(healthy.ending()).isEqualTo(new Ending.LengthReached());
            assertThat(healthy.tokens).isEqualTo(ScriptedDecoder.answer(healthy.generation.text(), 40));
        }
        assertThat(loop.status().failure()).isNull();
    }

    @Test
    void a_full_line_refuses_the_next() {
        decoder.gate = new Semaphore(0);
        submitTogether(IntStream.range(0, SLOTS)
                .mapToObj(i -> new Asked(prompt(500 + i, 10), 5))
                .toList());
        await().until(() -> loop.status().running() == SLOTS);
        for (int i = 0; i < 16; i++) {
            new Asked(prompt(600 + i, 10), 5).submit();
        }

        assertThat(loop.submit(List.of(new Asked(prompt(700, 10), 5).generation)))
                .isEqualTo(new Submission.LineFull(16));
    }

    @Test
    void a_draining_loop_finishes_what_it_accepted_and_refuses_the_rest() throws InterruptedException {
        Asked asked = new Asked(prompt(12, 10), 50).submit().started();

        loop.refuseNew();

        assertThat(loop.submit(List.of(new Asked(prompt(13, 10), 5).generation)))
                .isEqualTo(new Submission.Closing());
        assertThat(asked.ending()).isEqualTo(new Ending.LengthReached());
    }

    @Test
    void closing_ends_what_still_runs_as_failed() throws InterruptedException {
        decoder.gate = new Semaphore(1);
        Asked asked = new Asked(prompt(14, 8), 200).submit().started();
        loop.stop();
        decoder.gate.release(1);
        loop.close();

        assertThat(asked.ending()).isInstanceOf(Ending.Failed.class);
        assertThat(loop.status().running()).isZero();
    }

    @Test
    void figures_are_told_under_the_names_that_vllm_gave_them() throws InterruptedException {
        new Asked(prompt(15, 10), 5).submit().ending();

        await().until(() ->
                metrics.get("vllm:e2e_request_latency_seconds").summary().count() == 1);
        assertThat(metrics.get("vllm:prompt_tokens").counter().count()).isEqualTo(10);
        assertThat(metrics.get("vllm:generation_tokens").counter().count()).isEqualTo(5);
        assertThat(metrics.get("vllm:request_success")
                        .tag("finished_reason", "length")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(metrics.get("vllm:time_to_first_token_seconds").summary().count())
                .isEqualTo(1);
        assertThat(metrics.get("vllm:inter_token_latency_seconds").summary().count())
                .isEqualTo(4);
    }
}
