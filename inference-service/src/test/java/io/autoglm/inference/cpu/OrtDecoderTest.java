package io.autoglm.inference.cpu;

import static io.autoglm.inference.cpu.DecoderChecks.FLOAT32_ERROR;
import static io.autoglm.inference.cpu.DecoderChecks.answersAs;
import static io.autoglm.inference.cpu.DecoderChecks.sharesStepsAs;
import static io.autoglm.inference.cpu.DecoderChecks.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.inference.engine.Decoder;
import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.KvFormat;
import io.autoglm.inference.engine.LoadedModel;
import io.autoglm.inference.engine.WeightCacheConfig;
import io.autoglm.inference.engine.WeightFormat;
import io.autoglm.inference.model.ElementType;
import io.autoglm.inference.model.ModelDirectory;
import io.autoglm.inference.model.Quantization;
import io.autoglm.inference.model.ReferenceForward;
import io.autoglm.inference.model.TinyModel;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class OrtDecoderTest {

    @TempDir
    Path folder;

    static List<TinyModel> everyFamily() {
        return TinyModel.ofEveryFamily();
    }

    @ParameterizedTest
    @MethodSource("everyFamily")
    void greedy_tokens_and_logits_are_those_of_the_reference(TinyModel tiny) throws IOException {
        try (LoadedModel model = open(tiny, WeightFormat.FP32)) {
            answersAs(tiny, model.decoder());
        }
    }

    static List<TinyModel> publishedQuantized() {
        List<TinyModel> published = new ArrayList<>();
        for (TinyModel tiny : everyFamily()) {
            if (!tiny.toString().startsWith("chatglm")) {
                published.add(tiny.published(Quantization.Method.GPTQ, 4, 32, false));
                published.add(tiny.published(Quantization.Method.AWQ, 4, 32, false));
            }
        }
        published.add(TinyModel.glm().published(Quantization.Method.GPTQ, 4, 32, true));
        published.add(TinyModel.glm().published(Quantization.Method.GPTQ, 8, 32, false));
        published.add(TinyModel.glm().published(Quantization.Method.GPTQ, 8, 16, true));
        return published;
    }

    /// Rounding the numbers anew would move them by up to half a step of four bits, and the logits by far
    /// more.
    @ParameterizedTest
    @MethodSource("publishedQuantized")
    void a_checkpoint_that_was_published_quantized_is_served(TinyModel tiny) throws IOException {
        // No expert is chosen by less than what the rounding of activations moves.
        int[] prompt = tokens(8, 24);
        double[] expected = new ReferenceForward(tiny).run(prompt).getLast();
        Path written = tiny.write(folder);

        try (LoadedModel exact = open(written, WeightFormat.FP32)) {
            FloatBuffer logits = exact.decoder().prefill(0, 0, prompt, 0, prompt.length);
            assertThat(Logits.error(logits, expected)).isLessThan(FLOAT32_ERROR);
        }
        try (LoadedModel coded = open(written, WeightFormat.INT8)) {
            FloatBuffer logits = coded.decoder().prefill(0, 0, prompt, 0, prompt.length);
            assertThat(Logits.error(logits, expected)).isLessThan(0.1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16"})
    void every_number_format_of_a_checkpoint_gives_the_same_answer(ElementType type) throws IOException {
        TinyModel tiny = TinyModel.glm();
        int[] prompt = tokens(3, 20);

        try (LoadedModel model = open(tiny.write(folder, type), WeightFormat.FP32)) {
            FloatBuffer logits = model.decoder().prefill(0, 0, prompt, 0, prompt.length);

            double[] expected = new ReferenceForward(tiny).run(prompt).getLast();
            // Float16 has fewer small numbers than bfloat16: those the file cannot hold.
            assertThat(Logits.error(logits, expected)).isLessThan(type == ElementType.F16 ? 1e-4 : FLOAT32_ERROR);
        }
    }

    @ParameterizedTest
    @MethodSource("everyFamily")
    void guesses_are_checked_in_one_step_and_wrong_ones_leave_no_trace(TinyModel tiny) throws IOException {
        int[] prompt = tokens(11, 20);
        ReferenceForward reference = new ReferenceForward(tiny);
        try (LoadedModel model = open(tiny, WeightFormat.FP32)) {
            Decoder decoder = model.decoder();
            decoder.prefill(1, 0, prompt, 0, 20);
            List<double[]> expected =
                    new ArrayList<>(List.of(reference.run(prompt).getLast()));
            int[] said = new int[4];
            for (int i = 0; i < said.length; i++) {
                said[i] = Logits.largest(expected.getLast());
                expected.add(reference.run(said[i]).getLast());
            }
            int wrong = (said[2] + 1) % TinyModel.VOCABULARY;

            FloatBuffer logits = decoder.check(1, 20, new int[] {said[0], said[1], wrong, wrong});
            assertThat(logits.remaining()).isEqualTo(4 * TinyModel.VOCABULARY);
            for (int row = 0; row < 2; row++) {
                FloatBuffer one = logits.slice(row * TinyModel.VOCABULARY, TinyModel.VOCABULARY);
                assertThat(Logits.error(one, expected.get(row + 1))).isLessThan(FLOAT32_ERROR);
            }
            for (int at = 2; at < said.length; at++) {
                logits = decoder.decode(1, new int[] {said[at]}, new int[] {20 + at});
                assertThat(Logits.error(logits, expected.get(at + 1))).isLessThan(FLOAT32_ERROR);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyFamily")
    void a_prefill_in_chunks_is_one_prefill(TinyModel tiny) throws IOException {
        int[] prompt = tokens(11, 40);

        try (LoadedModel model = open(tiny, WeightFormat.FP32)) {
            Decoder decoder = model.decoder();
            float[] whole = Logits.copy(decoder.prefill(0, 0, prompt, 0, 40));
            decoder.prefill(1, 0, prompt, 0, 16);
            decoder.prefill(1, 16, prompt, 16, 17);
            decoder.prefill(1, 17, prompt, 17, 31);
            FloatBuffer chunked = decoder.prefill(1, 31, prompt, 31, 40);

            assertThat(Logits.error(chunked, whole)).isLessThan(FLOAT32_ERROR);
        }
    }

    @ParameterizedTest
    @MethodSource("everyFamily")
    void sequences_of_different_lengths_share_a_step_without_touching_each_other(TinyModel tiny) throws IOException {
        try (LoadedModel model = open(tiny, WeightFormat.FP32)) {
            sharesStepsAs(tiny, model.decoder());
        }
    }

    @Test
    void an_idle_slot_within_a_step_keeps_its_rows() throws IOException {
        TinyModel tiny = TinyModel.glm();
        int[] kept = tokens(5, 20);
        ReferenceForward reference = new ReferenceForward(tiny);
        reference.run(kept);

        try (LoadedModel model = open(tiny, WeightFormat.FP32)) {
            Decoder decoder = model.decoder();
            decoder.prefill(0, 0, tokens(1, 9), 0, 9);
            decoder.prefill(1, 0, kept, 0, 20);
            decoder.prefill(2, 0, tokens(2, 30), 0, 30);
            for (int step = 0; step < 5; step++) {
                decoder.decode(0, new int[] {4, 0, 6}, new int[] {9 + step, 20, 30 + step});
            }
            FloatBuffer logits = decoder.prefill(1, 20, new int[] {17, 23}, 0, 2);

            assertThat(Logits.error(logits, reference.run(17, 23).getLast())).isLessThan(FLOAT32_ERROR);
        }
    }

    @Test
    void a_copied_prefix_is_continued_in_another_slot() throws IOException {
        TinyModel tiny = TinyModel.glm();
        int[] prompt = tokens(5, 33);
        ReferenceForward reference = new ReferenceForward(tiny);
        double[] expected = reference.run(prompt).getLast();

        try (LoadedModel model = open(tiny, WeightFormat.FP32)) {
            Decoder decoder = model.decoder();
            decoder.prefill(3, 0, prompt, 0, 33);
            decoder.prefill(0, 0, tokens(8, 50), 0, 50);
            decoder.copy(3, 0, 25);

            assertThat(Logits.error(decoder.prefill(0, 25, prompt, 25, 33), expected))
                    .isLessThan(FLOAT32_ERROR);
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.INCLUDE,
            names = {"INT8", "INT4"})
    void a_quantized_model_is_the_reference_on_its_rounded_weights(WeightFormat format) throws IOException {
        for (TinyModel tiny : everyFamily()) {
            int[] prompt = tokens(7, 24);
            try (LoadedModel model = open(tiny, format)) {
                FloatBuffer logits = model.decoder().prefill(0, 0, prompt, 0, prompt.length);

                double[] expected = new ReferenceForward(tiny.rounded(format == WeightFormat.INT4 ? 4 : 8))
                        .run(prompt)
                        .getLast();
                // What remains is the rounding of activations to int8.
                assertThat(Logits.error(logits, expected)).as(tiny.toString()).isLessThan(0.05);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyFamily")
    void a_cache_of_half_floats_takes_half_the_memory_and_answers_nearly_the_same(TinyModel tiny) throws IOException {
        int[] prompt = tokens(8, 24);
        ReferenceForward reference = new ReferenceForward(tiny);
        ModelDirectory directory = ModelDirectory.open(tiny.write(folder));
        EngineConfig config =
                new EngineConfig("cpu", WeightFormat.FP32, 32, WeightCacheConfig.NONE, KvFormat.FP16, 1, 4, 0);

        try (LoadedModel model = LoadedModel.open(directory, config)) {
            Decoder decoder = model.decoder();
            assertThat(decoder.shape().kvBytes())
                    .isEqualTo(4L
                            * 2
                            * decoder.shape().maxTokens()
                            * directory.config().sizes().kvNumbersPerToken());
            decoder.prefill(0, 0, prompt, 0, 9);
            decoder.prefill(0, 9, prompt, 9, 24);
            decoder.copy(0, 2, 24);
            FloatBuffer logits = decoder.decode(2, new int[] {5}, new int[] {24});

            reference.run(prompt);
            assertThat(Logits.error(logits, reference.run(5).getLast())).isLessThan(0.01);
        }
    }

    @Test
    void blocks_of_128_and_weights_that_were_kept_answer_as_any() throws IOException {
        TinyModel tiny = TinyModel.glm();
        int[] prompt = tokens(7, 24);
        double[] expected = new ReferenceForward(tiny).run(prompt).getLast();
        ModelDirectory directory = ModelDirectory.open(tiny.write(folder.resolve("model")));
        WeightCacheConfig kept = new WeightCacheConfig(Optional.of(folder.resolve("kept")), 1 << 30);
        EngineConfig config = new EngineConfig("cpu", WeightFormat.INT8, 128, kept, KvFormat.FP32, 1, 4, 0);
        for (int start = 0; start < 2; start++) {
            try (LoadedModel model = LoadedModel.open(directory, config)) {
                FloatBuffer logits = model.decoder().prefill(0, 0, prompt, 0, prompt.length);
                assertThat(Logits.error(logits, expected)).isLessThan(0.05);
            }
        }
        assertThat(folder.resolve("kept").resolve(directory.digest() + "-int8-128-v1.safetensors"))
                .isRegularFile();
    }

    @Test
    void eight_bits_are_closer_to_the_original_than_four() throws IOException {
        TinyModel tiny = TinyModel.glm();
        int[] prompt = tokens(7, 24);
        double[] expected = new ReferenceForward(tiny).run(prompt).getLast();
        double eight;
        double four;
        try (LoadedModel model = open(tiny, WeightFormat.INT8)) {
            eight = Logits.error(model.decoder().prefill(0, 0, prompt, 0, prompt.length), expected);
        }
        try (LoadedModel model = open(tiny, WeightFormat.INT4)) {
            four = Logits.error(model.decoder().prefill(0, 0, prompt, 0, prompt.length), expected);
        }

        assertThat(eight).isLessThan(0.05).isLessThan(four);
    }

    @Test
    void what_lies_outside_of_the_cache_or_the_vocabulary_is_refused() throws IOException {
        try (LoadedModel model = open(TinyModel.glm(), WeightFormat.FP32)) {
            Decoder decoder = model.decoder();

            assertThatThrownBy(() -> decoder.prefill(4, 0, new int[] {1}, 0, 1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> decoder.prefill(0, 127, new int[] {1, 2}, 0, 2))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> decoder.prefill(0, 0, new int[] {TinyModel.VOCABULARY}, 0, 1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> decoder.decode(3, new int[] {1, 1}, new int[] {0, 0}))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> decoder.decode(0, new int[] {1}, new int[] {128}))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void the_last_row_of_a_slot_can_be_used() throws IOException {
        TinyModel tiny = TinyModel.glm();
        int[] prompt = tokens(9, 128);

        try (LoadedModel model = open(tiny, WeightFormat.FP32)) {
            model.decoder().prefill(3, 0, prompt, 0, 127);
            FloatBuffer logits = model.decoder().decode(3, new int[] {prompt[127]}, new int[] {127});

            assertThat(Logits.error(
                            logits, new ReferenceForward(tiny).run(prompt).getLast()))
                    .isLessThan(FLOAT32_ERROR);
        }
    }

    private LoadedModel open(TinyModel tiny, WeightFormat format) throws IOException {
        return open(tiny.write(folder), format);
    }

    private static LoadedModel open(Path path, WeightFormat format) {
        return LoadedModel.open(ModelDirectory.open(path), new EngineConfig("cpu", format, 1, 4, 0));
    }
}
