package io.autoglm.inference.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.autoglm.inference.engine.Decoder;
import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.LoadedModel;
import io.autoglm.inference.engine.WeightFormat;
import io.autoglm.inference.model.ModelDirectory;
import io.autoglm.inference.model.Pooling;
import io.autoglm.inference.model.ReferenceForward;
import io.autoglm.inference.model.TinyModel;
import io.autoglm.inference.sampling.Sampler;
import io.autoglm.inference.sampling.SamplerWorkspace;
import io.autoglm.inference.sampling.SamplingParameters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class EmbeddingTest {

    private static final int CHUNK = 8;
    private static final int MAX_TOKENS = 128;
    private static final double FLOAT32_ERROR = 1e-5;

    @TempDir
    Path folder;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    private BatchLoop loop(Decoder decoder) {
        BatchLimits limits = new BatchLimits(64, CHUNK, Duration.ofMillis(200), Duration.ofSeconds(5));
        return new BatchLoop(decoder, limits, new BatchMetrics(metrics, "tiny", MAX_TOKENS), System::nanoTime).start();
    }

    private static Embedding embedding(int index, int[] text, Pooling pooling, Decoder decoder, Events events) {
        return new Embedding(index, text, pooling, decoder.shape().hiddenSize(), Priority.DEFAULT, inAMinute(), events);
    }

    private static long inAMinute() {
        return System.nanoTime() + Duration.ofMinutes(1).toNanos();
    }

    private static int[] tokens(long seed, int count) {
        return new Random(seed).ints(count, 0, TinyModel.VOCABULARY).toArray();
    }

    /// The ending of each, by its index.
    private static List<Ending> endings(Events events, int count) throws InterruptedException {
        Ending[] endings = new Ending[count];
        for (int i = 0; i < count; i++) {
            GenerationEvent.Ended ended = (GenerationEvent.Ended) events.take();
            endings[ended.index()] = ended.ending();
        }
        return Arrays.asList(endings);
    }

    private static double[] expected(List<double[]> states, Pooling pooling) {
        double[] pooled = new double[states.getFirst().length];
        for (double[] state : pooling == Pooling.LAST ? List.of(states.getLast()) : states) {
            Arrays.setAll(pooled, i -> pooled[i] + state[i]);
        }
        double length = Math.sqrt(Arrays.stream(pooled).map(x -> x * x).sum());
        return Arrays.stream(pooled).map(x -> x / length).toArray();
    }

    /// The largest difference, in parts of the largest number.
    private static double error(float[] actual, double[] expected) {
        assertThat(actual).hasSize(expected.length);
        double difference = IntStream.range(0, expected.length)
                .mapToDouble(i -> Math.abs(actual[i] - expected[i]))
                .max()
                .orElseThrow();
        return difference / Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    }

    static List<TinyModel> everyFamily() {
        return TinyModel.ofEveryFamily();
    }

    @ParameterizedTest
    @MethodSource("everyFamily")
    void texts_of_all_lengths_become_the_vectors_of_the_reference(TinyModel tiny) throws Exception {
        int[] lengths = {1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 61, 2, MAX_TOKENS};

        try (LoadedModel model = open(tiny);
                BatchLoop loop = loop(model.decoder())) {
            for (Pooling pooling : Pooling.values()) {
                Events events = new Events(lengths.length, 0);
                List<Embedding> texts = IntStream.range(0, lengths.length)
                        .mapToObj(i -> embedding(i, tokens(i, lengths[i]), pooling, model.decoder(), events))
                        .toList();
                loop.submit(texts);
                assertThat(endings(events, lengths.length)).containsOnly(new Ending.Stopped());

                for (int i = 0; i < lengths.length; i++) {
                    List<double[]> states = new ReferenceForward(tiny).states(tokens(i, lengths[i]));
                    assertThat(error(texts.get(i).vector(64), expected(states, pooling)))
                            .as("%s of %s tokens", pooling, lengths[i])
                            .isLessThan(FLOAT32_ERROR);
                }
            }
        }
    }

    private LoadedModel open(TinyModel tiny) throws IOException {
        ModelDirectory directory = ModelDirectory.open(tiny.write(folder));
        return LoadedModel.open(directory, new EngineConfig("cpu", WeightFormat.FP32, 1, 4, 0));
    }

    @Test
    void a_shortened_vector_has_length_one_again() throws Exception {
        ScriptedDecoder decoder = new ScriptedDecoder(1, MAX_TOKENS);
        try (BatchLoop loop = loop(decoder)) {
            Events events = new Events(1, 0);
            Embedding text = embedding(0, tokens(3, 20), Pooling.MEAN, decoder, events);
            loop.submit(List.of(text));
            endings(events, 1);

            float[] whole = text.vector(3);
            float[] two = text.vector(2);
            assertThat(Math.hypot(two[0], two[1])).isBetween(1 - 1e-6, 1 + 1e-6);
            assertThat(two[0] / two[1]).isBetween(whole[0] / whole[1] - 1e-6f, whole[0] / whole[1] + 1e-6f);
        }
    }

    private static Pooling pooling(int text) {
        return text % 2 == 0 ? Pooling.LAST : Pooling.MEAN;
    }

    @Test
    void answers_and_vectors_share_the_loop_and_do_not_change_each_other() throws Exception {
        Random random = new Random(5);
        ScriptedDecoder decoder = new ScriptedDecoder(4, MAX_TOKENS);
        int[] beginning = tokens(99, 40);
        try (BatchLoop loop = loop(decoder)) {
            for (int round = 0; round < 30; round++) {
                Events ofVectors = new Events(6, 0);
                List<Embedding> texts = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    int[] text = random.nextBoolean() ? tokens(random.nextLong(), 1 + random.nextInt(60)) : beginning;
                    texts.add(embedding(i, text, pooling(i), decoder, ofVectors));
                }
                Events ofAnswer = new Events(1, 30);
                int[] prompt = Arrays.copyOf(beginning, 20 + random.nextInt(20));
                loop.submit(List.of(generation(prompt, 30, ofAnswer)));
                loop.submit(texts);

                assertThat(endings(ofVectors, 6)).containsOnly(new Ending.Stopped());
                assertThat(said(ofAnswer)).isEqualTo(ScriptedDecoder.answer(prompt, 30));
                for (int i = 0; i < 6; i++) {
                    double[] expected =
                            expected(ScriptedDecoder.states(texts.get(i).prompt()), pooling(i));
                    assertThat(error(texts.get(i).vector(ScriptedDecoder.HIDDEN), expected))
                            .isLessThan(1e-6);
                }
            }
        }
    }

    private static Generation generation(int[] prompt, int tokens, Events events) {
        SamplerWorkspace workspace = new SamplerWorkspace(ScriptedDecoder.VOCABULARY, ScriptedDecoder.VOCABULARY);
        Sampler sampler = new Sampler(SamplingParameters.greedy(), prompt, workspace, null);
        return new Generation(0, prompt, tokens, Set.of(), sampler, Priority.DEFAULT, inAMinute(), events);
    }

    private static List<Integer> said(Events events) throws InterruptedException {
        List<Integer> said = new ArrayList<>();
        GenerationEvent event = events.take();
        while (event instanceof GenerationEvent.Token token) {
            said.add(token.sampled().token());
            event = events.take();
        }
        return said;
    }

    @Test
    void a_long_text_is_read_in_chunks_between_the_tokens_of_an_answer() throws Exception {
        ScriptedDecoder decoder = new ScriptedDecoder(2, MAX_TOKENS);
        decoder.gate = new Semaphore(2);
        try (BatchLoop loop = loop(decoder)) {
            Events ofAnswer = new Events(1, 60);
            loop.submit(List.of(generation(tokens(1, 2), 60, ofAnswer)));
            ofAnswer.take();
            Events ofVector = new Events(1, 0);
            loop.submit(List.of(embedding(0, tokens(2, MAX_TOKENS), Pooling.MEAN, decoder, ofVector)));
            decoder.gate.release(1 << 20);

            endings(ofVector, 1);
            said(ofAnswer);
            List<String> calls = decoder.calls;
            int last = calls.indexOf("prefill 1 120-128");
            assertThat(last).isPositive();
            for (int i = calls.indexOf("prefill 1 0-8"); i < last; i++) {
                assertThat(calls.get(i) + calls.get(i + 1)).contains("decode").contains("prefill");
            }
        }
    }

    @Test
    void a_text_that_was_embedded_before_is_read_from_its_last_token_on_but_for_a_mean() throws Exception {
        ScriptedDecoder decoder = new ScriptedDecoder(2, MAX_TOKENS);
        try (BatchLoop loop = loop(decoder)) {
            assertThat(cached(loop, decoder, Pooling.LAST)).isZero();
            assertThat(cached(loop, decoder, Pooling.LAST)).isEqualTo(49);
            assertThat(cached(loop, decoder, Pooling.MEAN)).isZero();
        }
    }

    private static int cached(BatchLoop loop, ScriptedDecoder decoder, Pooling pooling) throws InterruptedException {
        Events events = new Events(1, 0);
        Embedding text = embedding(0, tokens(4, 50), pooling, decoder, events);
        loop.submit(List.of(text));
        endings(events, 1);
        return text.cachedTokens();
    }

    @Test
    void cancelled_texts_free_their_slots() throws Exception {
        ScriptedDecoder decoder = new ScriptedDecoder(2, MAX_TOKENS);
        decoder.gate = new Semaphore(1);
        try (BatchLoop loop = loop(decoder)) {
            Events events = new Events(3, 0);
            List<Embedding> texts = IntStream.range(0, 3)
                    .mapToObj(i -> embedding(i, tokens(i, 100), Pooling.LAST, decoder, events))
                    .toList();
            loop.submit(texts);
            await().until(() -> loop.status().running() == 2);

            texts.forEach(Work::cancel);
            decoder.gate.release(1);

            assertThat(endings(events, 3)).containsOnly(new Ending.Cancelled());
            await().until(() -> loop.status().running() == 0 && loop.status().queued() == 0);
            decoder.gate.release(1 << 20);
        }
    }

    @Test
    void states_that_say_nothing_fail_their_text_and_are_the_engines_failure() throws Exception {
        ScriptedDecoder decoder = new ScriptedDecoder(2, MAX_TOKENS);
        decoder.brokenSlot = ScriptedDecoder.ALL_SLOTS;
        try (BatchLoop loop = loop(decoder)) {
            Events events = new Events(1, 0);
            for (int i = 0; i < EngineHealth.FAILURES; i++) {
                loop.submit(List.of(embedding(0, tokens(i, 5), Pooling.LAST, decoder, events)));
                assertThat(endings(events, 1)).containsOnly(new Ending.Failed("the text could not be embedded"));
            }

            await().until(() -> String.valueOf(loop.status().failure()).contains("say nothing"));
        }
    }

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void a_text_may_fill_a_slot_and_not_more(Pooling pooling) throws Exception {
        ScriptedDecoder decoder = new ScriptedDecoder(2, MAX_TOKENS);
        try (BatchLoop loop = loop(decoder)) {
            Events events = new Events(1, 0);
            loop.submit(List.of(embedding(0, tokens(1, MAX_TOKENS), pooling, decoder, events)));
            Embedding longer = embedding(0, tokens(1, MAX_TOKENS + 1), pooling, decoder, events);

            assertThat(endings(events, 1)).containsOnly(new Ending.Stopped());
            assertThatThrownBy(() -> loop.submit(List.of(longer))).hasMessageContaining("129 tokens");
        }
    }

    @Test
    void embeddings_are_counted_as_prompts_that_were_finished() throws Exception {
        ScriptedDecoder decoder = new ScriptedDecoder(2, MAX_TOKENS);
        try (BatchLoop loop = loop(decoder)) {
            Events events = new Events(2, 0);
            loop.submit(List.of(
                    embedding(0, tokens(1, 5), Pooling.LAST, decoder, events),
                    embedding(1, tokens(2, 7), Pooling.MEAN, decoder, events)));
            endings(events, 2);
        }

        assertThat(metrics.get("vllm:prompt_tokens").counter().count()).isEqualTo(12);
        assertThat(metrics.get("vllm:request_success")
                        .tag("finished_reason", "stop")
                        .counter()
                        .count())
                .isEqualTo(2);
        assertThat(metrics.get("vllm:request_params_max_tokens").summary().count())
                .isZero();
        assertThat(metrics.get("vllm:generation_tokens").counter().count()).isZero();
    }
}
