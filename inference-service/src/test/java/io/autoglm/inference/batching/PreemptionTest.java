package io.autoglm.inference.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PreemptionTest {

    private static final int SLOTS = 2;
    private static final int LONG = 200;

    private static ScriptedLoop loop(int spare) {
        return new ScriptedLoop(new ScriptedDecoder(SLOTS + spare, ScriptedLoop.MAX_TOKENS), spare, 0);
    }

    /// Answers of class `BULK` in every slot, of which each has said something; the engine stands still.
    private static List<ScriptedLoop.Asked> busy(ScriptedLoop loop) throws InterruptedException {
        loop.decoder.gate.drainPermits();
        List<ScriptedLoop.Asked> bulk = IntStream.range(0, SLOTS)
                .mapToObj(i -> loop.ask(ScriptedLoop.prompt(i, 8), LONG, Priority.BULK))
                .toList();
        loop.decoder.gate.release(8);
        for (ScriptedLoop.Asked each : bulk) {
            each.started();
        }
        await().until(loop.decoder.gate::hasQueuedThreads);
        return bulk;
    }

    private static void whole(ScriptedLoop.Asked asked, int[] prompt, int tokens) throws InterruptedException {
        assertThat(asked.ending()).isEqualTo(new Ending.LengthReached());
        assertThat(asked.tokens()).isEqualTo(ScriptedDecoder.answer(prompt, tokens));
    }

    @Test
    void an_urgent_request_takes_the_slot_of_an_answer_that_can_wait_and_no_work_is_lost() throws InterruptedException {
        try (ScriptedLoop loop = loop(1)) {
            List<ScriptedLoop.Asked> bulk = busy(loop);
            int[] prompt = ScriptedLoop.prompt(10, 8);
            int read = loop.decoder.prefilledTokens;
            ScriptedLoop.Asked urgent = loop.ask(prompt, 20, Priority.INTERACTIVE);
            loop.decoder.gate.release(1 << 20);

            whole(urgent, prompt, 20);
            assertThat(bulk.get(1).generation().paused()).isNotNull();
            for (int i = 0; i < SLOTS; i++) {
                whole(bulk.get(i), ScriptedLoop.prompt(i, 8), LONG);
            }
            assertThat(loop.counted("vllm:num_preemptions")).isEqualTo(1);
            // The urgent prompt, and the one token that the paused answer had said and not yet read.
            assertThat(loop.decoder.prefilledTokens - read).isEqualTo(8 + 1);
            assertThat(loop.counted("vllm:prompt_tokens")).isEqualTo(3 * 8);
            assertThat(loop.counted("vllm:generation_tokens")).isEqualTo(2 * LONG + 20);
        }
    }

    @Test
    void no_more_are_paused_than_have_room_for_their_rows() throws InterruptedException {
        try (ScriptedLoop loop = loop(1)) {
            List<ScriptedLoop.Asked> bulk = busy(loop);
            List<ScriptedLoop.Asked> urgent = IntStream.range(0, 4)
                    .mapToObj(i -> loop.ask(ScriptedLoop.prompt(10 + i, 8), 20, Priority.INTERACTIVE))
                    .toList();
            loop.decoder.gate.release(1 << 20);

            for (int i = 0; i < urgent.size(); i++) {
                whole(urgent.get(i), ScriptedLoop.prompt(10 + i, 8), 20);
            }
            assertThat(bulk.get(0).generation().paused())
                    .as("the older one goes on")
                    .isNull();
            for (int i = 0; i < SLOTS; i++) {
                whole(bulk.get(i), ScriptedLoop.prompt(i, 8), LONG);
            }
        }
    }

    @Test
    void nobody_is_paused_for_one_of_its_own_class_or_without_room() throws InterruptedException {
        for (int spare = 0; spare < 2; spare++) {
            try (ScriptedLoop loop = loop(spare)) {
                List<ScriptedLoop.Asked> bulk = busy(loop);
                int[] prompt = ScriptedLoop.prompt(10, 8);
                ScriptedLoop.Asked next = loop.ask(prompt, 20, spare == 0 ? Priority.INTERACTIVE : Priority.BULK);
                loop.decoder.gate.release(1 << 20);

                whole(next, prompt, 20);
                for (int i = 0; i < SLOTS; i++) {
                    whole(bulk.get(i), ScriptedLoop.prompt(i, 8), LONG);
                }
                assertThat(loop.counted("vllm:num_preemptions")).isZero();
            }
        }
    }

    @Test
    void an_answer_that_has_waited_out_its_patience_is_not_paused() throws InterruptedException {
        try (ScriptedLoop loop = loop(1)) {
            List<ScriptedLoop.Asked> bulk = busy(loop);
            loop.skipped.addAndGet(Duration.ofMinutes(3).toNanos());
            int[] prompt = ScriptedLoop.prompt(10, 8);
            ScriptedLoop.Asked urgent = loop.ask(prompt, 20, Priority.INTERACTIVE);
            loop.decoder.gate.release(1 << 20);

            whole(urgent, prompt, 20);
            for (int i = 0; i < SLOTS; i++) {
                whole(bulk.get(i), ScriptedLoop.prompt(i, 8), LONG);
            }
            assertThat(loop.counted("vllm:num_preemptions")).isZero();
        }
    }

    @Test
    void no_answer_is_paused_for_a_request_of_a_lower_class_however_long_that_has_waited() throws InterruptedException {
        try (ScriptedLoop loop = loop(1)) {
            loop.decoder.gate.drainPermits();
            ScriptedLoop.Asked brief = loop.ask(ScriptedLoop.prompt(0, 8), 10, Priority.INTERACTIVE);
            ScriptedLoop.Asked old = loop.ask(ScriptedLoop.prompt(1, 8), LONG, Priority.INTERACTIVE);
            ScriptedLoop.Asked bulk = loop.ask(ScriptedLoop.prompt(2, 8), 20, Priority.BULK);
            loop.skipped.addAndGet(
                    Priority.BULK.patienceNanos() - Duration.ofSeconds(1).toNanos());
            ScriptedLoop.Asked fresh = loop.ask(ScriptedLoop.prompt(3, 8), LONG, Priority.INTERACTIVE);
            loop.decoder.gate.release(60);
            fresh.started();
            await().until(loop.decoder.gate::hasQueuedThreads);

            loop.skipped.addAndGet(Duration.ofSeconds(2).toNanos());
            loop.decoder.gate.release(1 << 20);

            whole(brief, ScriptedLoop.prompt(0, 8), 10);
            whole(bulk, ScriptedLoop.prompt(2, 8), 20);
            whole(old, ScriptedLoop.prompt(1, 8), LONG);
            whole(fresh, ScriptedLoop.prompt(3, 8), LONG);
            assertThat(loop.counted("vllm:num_preemptions")).isZero();
        }
    }

    @Test
    void a_copy_that_fails_leaves_the_room_for_paused_answers() throws InterruptedException {
        try (ScriptedLoop loop = loop(1)) {
            List<ScriptedLoop.Asked> failed = busy(loop);
            ScriptedLoop.Asked urgent = loop.ask(ScriptedLoop.prompt(10, 8), 20, Priority.INTERACTIVE);
            loop.decoder.gate.release(4);
            urgent.started();
            loop.decoder.failCopies.set(1);
            loop.decoder.gate.release(1 << 20);
            for (ScriptedLoop.Asked each : failed) {
                assertThat(each.ending()).isInstanceOf(Ending.Failed.class);
            }

            List<ScriptedLoop.Asked> bulk = busy(loop);
            int[] prompt = ScriptedLoop.prompt(11, 8);
            ScriptedLoop.Asked next = loop.ask(prompt, 20, Priority.INTERACTIVE);
            loop.decoder.gate.release(1 << 20);

            whole(next, prompt, 20);
            for (int i = 0; i < SLOTS; i++) {
                whole(bulk.get(i), ScriptedLoop.prompt(i, 8), LONG);
            }
            assertThat(loop.counted("vllm:num_preemptions")).isEqualTo(2);
        }
    }

    @Test
    void a_paused_answer_that_nobody_wants_any_more_ends_and_leaves_its_room() throws InterruptedException {
        try (ScriptedLoop loop = loop(1)) {
            List<ScriptedLoop.Asked> bulk = busy(loop);
            ScriptedLoop.Asked urgent = loop.ask(ScriptedLoop.prompt(10, 8), LONG, Priority.INTERACTIVE);
            loop.decoder.gate.release(4);
            urgent.started();
            bulk.get(1).generation().cancel();
            ScriptedLoop.Asked second = loop.ask(ScriptedLoop.prompt(11, 8), LONG, Priority.INTERACTIVE);
            loop.decoder.gate.release(1 << 20);

            assertThat(bulk.get(1).ending()).isEqualTo(new Ending.Cancelled());
            whole(urgent, ScriptedLoop.prompt(10, 8), LONG);
            whole(second, ScriptedLoop.prompt(11, 8), LONG);
            whole(bulk.get(0), ScriptedLoop.prompt(0, 8), LONG);
            assertThat(loop.counted("vllm:num_preemptions")).isEqualTo(2);
        }
    }

    @Test
    void an_answer_whose_deadline_passes_while_it_is_paused_had_begun() throws InterruptedException {
        try (ScriptedLoop loop = loop(1)) {
            List<ScriptedLoop.Asked> bulk = busy(loop);
            ScriptedLoop.Asked urgent = loop.ask(ScriptedLoop.prompt(10, 8), LONG, Priority.INTERACTIVE);
            loop.decoder.gate.release(4);
            urgent.started();
            loop.skipped.addAndGet(Duration.ofHours(2).toNanos());
            loop.decoder.gate.release(1 << 20);

            assertThat(bulk.get(1).ending()).isEqualTo(new Ending.Expired(true));
        }
    }

    @Test
    void a_paused_answer_survives_an_engine_that_breaks() throws InterruptedException {
        try (ScriptedLoop loop = loop(1)) {
            List<ScriptedLoop.Asked> bulk = busy(loop);
            ScriptedLoop.Asked urgent = loop.ask(ScriptedLoop.prompt(10, 8), LONG, Priority.INTERACTIVE);
            loop.decoder.gate.release(4);
            urgent.started();
            loop.decoder.failNext.set(1);
            loop.decoder.gate.release(1 << 20);

            assertThat(urgent.ending()).isInstanceOf(Ending.Failed.class);
            assertThat(bulk.get(0).ending()).isInstanceOf(Ending.Failed.class);
            whole(bulk.get(1), ScriptedLoop.prompt(1, 8), LONG);
        }
    }

    @Test
    void whatever_comes_and_whoever_is_paused_every_answer_is_whole() throws InterruptedException {
        Random random = new Random(9);
        try (ScriptedLoop loop = new ScriptedLoop(new ScriptedDecoder(SLOTS + 2, ScriptedLoop.MAX_TOKENS, 10), 2, 8)) {
            List<int[]> prompts = new ArrayList<>();
            for (int round = 0; round < 80; round++) {
                List<ScriptedLoop.Asked> asked = new ArrayList<>();
                int first = prompts.size();
                boolean oneBefore = round % 2 == 0;
                if (oneBefore) {
                    loop.decoder.gate.drainPermits();
                }
                for (int i = 0; i < 1 + random.nextInt(8); i++) {
                    prompts.add(
                            first > 0 && random.nextBoolean()
                                    ? prompts.get(random.nextInt(first))
                                    : ScriptedLoop.prompt(random.nextInt(), 1 + random.nextInt(60)));
                    Priority priority = List.of(Priority.values()).get(random.nextInt(Priority.values().length));
                    asked.add(loop.ask(prompts.getLast(), 1 + random.nextInt(100), priority));
                    if (oneBefore && i == 0) {
                        await().pollInterval(Duration.ofMillis(1)).until(loop.decoder.gate::hasQueuedThreads);
                    }
                }
                loop.decoder.gate.release(1 << 20);
                for (int i = 0; i < asked.size(); i++) {
                    assertThat(asked.get(i).ending()).isEqualTo(new Ending.LengthReached());
                    assertThat(asked.get(i).tokens())
                            .isEqualTo(ScriptedDecoder.answer(
                                    prompts.get(first + i),
                                    asked.get(i).tokens().size(),
                                    10));
                }
            }
            assertThat(loop.counted("vllm:num_preemptions")).isPositive();
        }
    }
}
