package io.autoglm.inference.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.inference.sampling.SamplingParameters;
import io.autoglm.inference.sampling.TokenConstraint;
import io.autoglm.inference.sampling.TokenRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
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

    /// What may come depends on all that came, and it fails where it is told of anything else.
    private static final class Remembering implements TokenConstraint {

        private int state;
        Runnable afterEach = () -> {};

        private boolean allows(int token) {
            return Math.floorMod(31 * token + state, 7) != 0;
        }

        @Override
        public void allow(long[] mask, int remaining) {
            Arrays.fill(mask, 0);
            for (int token = 0; token < ScriptedDecoder.VOCABULARY; token++) {
                if (allows(token)) {
                    mask[token >> 6] |= 1L << token;
                }
            }
        }

        @Override
        public void accept(int token) {
            if (!allows(token)) {
                throw new IllegalStateException("not allowed: " + token);
            }
            state = 131 * state + token;
            afterEach.run();
        }
    }

    private static List<Object> told(ScriptedLoop.Asked asked) throws InterruptedException {
        List<Object> told = new ArrayList<>();
        while (true) {
            switch (asked.events().take()) {
                case GenerationEvent.Token token -> told.add(token.sampled());
                case GenerationEvent.Ended ended -> {
                    told.add(ended.ending());
                    return told;
                }
            }
        }
    }

    /// Penalties, bad words, an end that comes too early, logprobs and a form.
    @Test
    void whatever_a_draw_remembers_is_the_same_with_and_without_guesses() throws InterruptedException {
        for (int seed = 0; seed < 20; seed++) {
            int[] prompt = ScriptedLoop.prompt(seed, 20);
            List<Integer> plain = ScriptedDecoder.answer(prompt, 200, QUOTING);
            List<int[]> badWords =
                    List.of(new int[] {plain.get(40)}, new int[] {plain.get(3), plain.get(4)}, new int[] {
                        plain.get(50), plain.get(51)
                    });
            Set<Integer> stops = new HashSet<>(List.of(plain.get(30), plain.get(120)));
            SamplingParameters parameters =
                    new SamplingParameters(0.7, 0, 1, 0, 0.1, 0.3, 1.2, Map.of(), (long) seed, 3);
            List<List<Object>> answers = new ArrayList<>();
            for (int draftTokens : new int[] {0, DRAFTS}) {
                try (ScriptedLoop loop = quoting(draftTokens)) {
                    TokenRules rules = new TokenRules(100, stops, null, badWords, ScriptedDecoder.VOCABULARY);
                    ScriptedLoop.Wish wish =
                            new ScriptedLoop.Wish(parameters, seed % 2 == 0 ? new Remembering() : null, rules);
                    answers.add(told(loop.ask(prompt, 200, Priority.DEFAULT, stops, wish)));
                    assertThat(steps(loop, "check") > 0).isEqualTo(draftTokens > 0);
                }
            }

            assertThat(answers.get(1)).hasSizeGreaterThan(100).isEqualTo(answers.get(0));
        }
    }

    @Test
    void what_ends_an_answer_between_two_right_guesses_leaves_nothing_wrong_behind() throws InterruptedException {
        int[] prompt = ScriptedLoop.prompt(1, 30);
        List<Ending> endings = List.of(new Ending.Cancelled(), new Ending.Expired(true));
        for (Ending ending : endings) {
            try (ScriptedLoop loop = quoting(DRAFTS)) {
                Remembering form = new Remembering();
                CompletableFuture<ScriptedLoop.Asked> asked = new CompletableFuture<>();
                AtomicInteger behind = new AtomicInteger();
                form.afterEach = () -> {
                    boolean checking = loop.decoder.calls.getLast().startsWith("check");
                    if (behind.get() > 0 || (checking && steps(loop, "check") == 3)) {
                        behind.incrementAndGet();
                    }
                    if (behind.get() == 1 && ending instanceof Ending.Cancelled) {
                        asked.join().generation().cancel();
                    } else if (behind.get() == 1) {
                        loop.skipped.addAndGet(Duration.ofHours(2).toNanos());
                    }
                };
                asked.complete(loop.ask(
                        prompt,
                        150,
                        Priority.DEFAULT,
                        Set.of(),
                        new ScriptedLoop.Wish(SamplingParameters.greedy(), form, TokenRules.NONE)));

                List<Object> told = told(asked.join());
                assertThat(told.getLast()).isEqualTo(ending);
                assertThat(behind.get()).as("tokens of the check").isBetween(1, DRAFTS + 1);

                ScriptedLoop.Asked next = loop.ask(prompt, 150, Priority.DEFAULT);
                assertThat(next.ending()).isEqualTo(new Ending.LengthReached());
                assertThat(next.tokens()).isEqualTo(ScriptedDecoder.answer(prompt, 150, QUOTING));
            }
        }
    }

    @Test
    void bad_logits_behind_a_right_guess_end_the_answer_and_its_rows_are_forgotten() throws InterruptedException {
        int[] prompt = ScriptedLoop.prompt(1, 30);
        List<Integer> answer = ScriptedDecoder.answer(prompt, 150, QUOTING);
        try (ScriptedLoop loop = quoting(DRAFTS)) {
            loop.decoder.brokenCheckRow = 2;
            ScriptedLoop.Asked asked = loop.ask(prompt, 150, Priority.DEFAULT);
            assertThat(asked.ending()).isInstanceOf(Ending.Failed.class);
            assertThat(asked.tokens())
                    .isEqualTo(answer.subList(0, asked.tokens().size()));

            loop.decoder.brokenCheckRow = -1;
            int read = loop.decoder.prefilledTokens;
            ScriptedLoop.Asked next = loop.ask(prompt, 150, Priority.DEFAULT);
            assertThat(next.ending()).isEqualTo(new Ending.LengthReached());
            assertThat(next.tokens()).isEqualTo(answer);
            assertThat(loop.decoder.prefilledTokens - read).isEqualTo(prompt.length);
        }
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
