package io.autoglm.inference.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.inference.sampling.SamplingParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SpeculationTest {

    private static final int QUOTING = 10;
    private static final int DRAFTS = 8;

    private static ScriptedLoop quoting(int draftTokens) {
        return new ScriptedLoop(new ScriptedDecoder(4, ScriptedLoop.MAX_TOKENS, QUOTING), 0, draftTokens);
    }

    private static long steps(ScriptedLoop loop, String kind) {
        return loop.decoder.calls.stream().filter(call -> call.startsWith(kind)).count();
    }

    @Test
    void an_answer_that_quotes_takes_fewer_steps_and_is_the_same() throws InterruptedException {
        int[] prompt = ScriptedLoop.prompt(1, 30);
        try (ScriptedLoop loop = quoting(DRAFTS)) {
            ScriptedLoop.Asked asked = loop.ask(prompt, 150, Priority.DEFAULT);

            assertThat(asked.ending()).isEqualTo(new Ending.LengthReached());
            assertThat(asked.tokens()).isEqualTo(ScriptedDecoder.answer(prompt, 150, QUOTING));
            assertThat(steps(loop, "check") + steps(loop, "decode")).isLessThan(100);
            assertThat(loop.counted("vllm:spec_decode_num_drafts")).isEqualTo((double) steps(loop, "check"));
            assertThat(loop.counted("vllm:spec_decode_num_accepted_tokens"))
                    .isBetween(50.0, loop.counted("vllm:spec_decode_num_draft_tokens"));
        }
    }

    @Test
    void guesses_never_change_what_is_said_whoever_else_is_there() throws InterruptedException {
        Random random = new Random(5);
        try (ScriptedLoop loop = quoting(DRAFTS)) {
            for (int round = 0; round < 60; round++) {
                List<ScriptedLoop.Asked> asked = new ArrayList<>();
                List<int[]> prompts = new ArrayList<>();
                for (int i = 0; i < 1 + random.nextInt(3); i++) {
                    int[] prompt = ScriptedLoop.prompt(random.nextInt(), 1 + random.nextInt(100));
                    prompts.add(prompt);
                    asked.add(loop.ask(prompt, 1 + random.nextInt(120), Priority.DEFAULT));
                }
                for (int i = 0; i < prompts.size(); i++) {
                    assertThat(asked.get(i).ending()).isEqualTo(new Ending.LengthReached());
                    assertThat(asked.get(i).tokens())
                            .isEqualTo(ScriptedDecoder.answer(
                                    prompts.get(i), asked.get(i).tokens().size(), QUOTING));
                }
            }
            assertThat(steps(loop, "check")).isPositive();
        }
    }

    @Test
    void draws_by_chance_are_the_same_with_and_without_guesses() throws InterruptedException {
        SamplingParameters parameters = new SamplingParameters(2, 0, 1, 0, 0, 0, 1, Map.of(), 42L, -1);
        int[] prompt = ScriptedLoop.prompt(7, 20);
        List<List<Integer>> answers = new ArrayList<>();
        for (int draftTokens : new int[] {0, DRAFTS}) {
            try (ScriptedLoop loop = quoting(draftTokens)) {
                ScriptedLoop.Asked asked = loop.ask(prompt, 200, Priority.DEFAULT, Set.of(), parameters);
                asked.ending();
                answers.add(asked.tokens());
                assertThat(steps(loop, "check") > 0).isEqualTo(draftTokens > 0);
            }
        }

        assertThat(answers.get(1)).hasSize(200).isEqualTo(answers.get(0));
        assertThat(answers.get(0)).isNotEqualTo(ScriptedDecoder.answer(prompt, 200, QUOTING));
    }

    @Test
    void a_stop_token_among_right_guesses_ends_the_answer_there() throws InterruptedException {
        int[] prompt = ScriptedLoop.prompt(2, 30);
        List<Integer> answer = ScriptedDecoder.answer(prompt, 150, QUOTING);
        int stop = answer.get(149);
        try (ScriptedLoop loop = quoting(DRAFTS)) {
            ScriptedLoop.Asked asked =
                    loop.ask(prompt, 150, Priority.DEFAULT, Set.of(stop), SamplingParameters.greedy());

            assertThat(asked.ending()).isEqualTo(new Ending.Stopped());
            assertThat(asked.tokens()).isEqualTo(answer.subList(0, answer.indexOf(stop)));
        }
    }

    @Test
    void guesses_stay_within_the_slot() throws InterruptedException {
        int[] prompt = ScriptedLoop.prompt(3, ScriptedLoop.MAX_TOKENS - 40);
        try (ScriptedLoop loop = quoting(DRAFTS)) {
            ScriptedLoop.Asked asked = loop.ask(prompt, 1000, Priority.DEFAULT);

            assertThat(asked.ending()).isEqualTo(new Ending.LengthReached());
            assertThat(asked.tokens()).isEqualTo(ScriptedDecoder.answer(prompt, 40, QUOTING));
        }
    }

    @Test
    void guesses_that_are_wrong_are_given_up() throws InterruptedException {
        // The end of each prompt stands in it before, and what follows there is never said.
        ScriptedDecoder decoder = new ScriptedDecoder(4, ScriptedLoop.MAX_TOKENS);
        try (ScriptedLoop loop = new ScriptedLoop(decoder, 0, DRAFTS)) {
            int[] prompt = ScriptedLoop.prompt(4, 20);
            int wrong = 0;
            for (int round = 0; round < 10; round++) {
                ScriptedLoop.Asked asked = loop.ask(prompt, 100, Priority.DEFAULT);
                asked.ending();
                assertThat(asked.tokens()).isEqualTo(ScriptedDecoder.answer(prompt, 100));
                wrong += 100;
            }
            assertThat(steps(loop, "check")).isLessThan(wrong / 10);
        }
    }

    @Test
    void several_answers_share_their_steps_instead() throws InterruptedException {
        try (ScriptedLoop loop = quoting(DRAFTS)) {
            loop.decoder.gate.drainPermits();
            List<ScriptedLoop.Asked> asked = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                asked.add(loop.ask(ScriptedLoop.prompt(20 + i, 8), 100, Priority.DEFAULT));
            }
            loop.decoder.gate.release(1 << 20);
            for (ScriptedLoop.Asked each : asked) {
                each.ending();
            }

            // But for the few tokens that the first has before the second is there.
            assertThat(steps(loop, "decode 0+2")).isGreaterThan(90);
        }
    }
}
