package io.autoglm.inference.cpu;

import static io.autoglm.inference.cpu.DecoderChecks.FLOAT32_ERROR;
import static io.autoglm.inference.cpu.DecoderChecks.answersAs;
import static io.autoglm.inference.cpu.DecoderChecks.sharesStepsAs;
import static io.autoglm.inference.cpu.DecoderChecks.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.inference.engine.Decoder;
import io.autoglm.inference.engine.DecoderShape;
import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.KvFormat;
import io.autoglm.inference.engine.LoadedModel;
import io.autoglm.inference.engine.WeightCacheConfig;
import io.autoglm.inference.engine.WeightFormat;
import io.autoglm.inference.export.TinyExport;
import io.autoglm.inference.model.ModelFiles;
import io.autoglm.inference.model.ModelLoadException;
import io.autoglm.inference.model.ReferenceForward;
import io.autoglm.inference.model.TinyModel;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ExportedDecoderTest {

    private static final int SLOTS = 4;

    @TempDir
    Path folder;

    /// A model, and how it is exported.
    record Case(String label, TinyModel model, UnaryOperator<TinyExport> way) {

        TinyExport export() {
            return way.apply(new TinyExport(model));
        }

        @Override
        public String toString() {
            return label;
        }
    }

    static List<Case> exports() {
        return List.of(
                new Case("llama", tiny("llama, llama3"), export -> export),
                new Case("mistral, whose cache would be a window", tiny("mistral"), export -> export),
                new Case("qwen2, tied", tiny("qwen2"), export -> export),
                new Case("qwen3, with head norms", tiny("qwen3"), export -> export),
                new Case("glm, interleaved", tiny("glm"), export -> export),
                new Case("rotary outside of attention", tiny("qwen2"), TinyExport::withRotaryOutside),
                new Case("logits of the last position only", tiny("llama, llama3"), TinyExport::pruned),
                new Case("all in one file", tiny("qwen2"), TinyExport::inOneFile),
                new Case("codes of four bits", tiny("llama, llama3").rounded(4), export -> export.coded(4, 1)),
                new Case("codes of eight bits", tiny("qwen2").rounded(8), export -> export.coded(8, 1)));
    }

    @ParameterizedTest
    @MethodSource("exports")
    void greedy_tokens_and_logits_are_those_of_the_reference(Case exported) throws IOException {
        try (LoadedModel model = open(exported)) {
            answersAs(exported.model, model.decoder());
        }
    }

    @ParameterizedTest
    @MethodSource("exports")
    void several_tokens_are_checked_in_one_step(Case exported) throws IOException {
        int[] prompt = tokens(7, 24);
        ReferenceForward reference = new ReferenceForward(exported.model);
        reference.run(prompt);

        try (LoadedModel model = open(exported)) {
            model.decoder().prefill(1, 0, prompt, 0, prompt.length);
            int[] checked = tokens(9, 5);
            FloatBuffer logits = model.decoder().check(1, prompt.length, checked);

            assertThat(logits.remaining()).isEqualTo(checked.length * TinyModel.VOCABULARY);
            for (int row = 0; row < checked.length; row++) {
                FloatBuffer one = logits.slice(row * TinyModel.VOCABULARY, TinyModel.VOCABULARY);
                assertThat(Logits.error(one, reference.run(checked[row]).getLast()))
                        .isLessThan(FLOAT32_ERROR);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("exports")
    void sequences_of_different_lengths_share_a_step_without_touching_each_other(Case exported) throws IOException {
        try (LoadedModel model = open(exported)) {
            sharesStepsAs(exported.model, model.decoder());
        }
    }

    @ParameterizedTest
    @MethodSource("exports")
    void a_prefix_that_was_read_in_chunks_is_copied_and_continued_in_another_slot(Case exported) throws IOException {
        int[] prompt = tokens(5, 40);
        double[] expected = new ReferenceForward(exported.model).run(prompt).getLast();

        try (LoadedModel model = open(exported)) {
            Decoder decoder = model.decoder();
            decoder.prefill(3, 0, prompt, 0, 16);
            decoder.prefill(3, 16, prompt, 16, 17);
            decoder.prefill(3, 17, prompt, 17, 40);
            decoder.prefill(0, 0, tokens(8, 50), 0, 50);
            decoder.copy(3, 0, 25);

            assertThat(Logits.error(decoder.prefill(0, 25, prompt, 25, 40), expected))
                    .isLessThan(FLOAT32_ERROR);
        }
    }

    @ParameterizedTest
    @MethodSource("exports")
    void the_states_of_every_token_are_what_the_output_head_reads(Case exported) throws IOException {
        int[] prompt = tokens(5, 12);
        List<double[]> expected = new ReferenceForward(exported.model).states(prompt);

        try (LoadedModel model = open(exported)) {
            FloatBuffer states = model.decoder().embed(1, 0, prompt, 0, prompt.length);

            int width = model.decoder().shape().hiddenSize();
            assertThat(states.remaining()).isEqualTo(prompt.length * width);
            for (int token = 0; token < prompt.length; token++) {
                assertThat(Logits.error(states.slice(token * width, width), expected.get(token)))
                        .isLessThan(FLOAT32_ERROR);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"4, INT4", "8, INT8"})
    void codes_are_multiplied_as_the_export_asks_and_told_as_what_they_are(int bits, WeightFormat format)
            throws IOException {
        TinyModel tiny = tiny("llama, llama3");
        int[] prompt = tokens(7, 24);
        Path path = new TinyExport(tiny).coded(bits, 4).write(folder);

        try (LoadedModel model = LoadedModel.open(ModelFiles.open(path), config(WeightFormat.AUTO, 0))) {
            FloatBuffer logits = model.decoder().prefill(0, 0, prompt, 0, prompt.length);

            double[] expected =
                    new ReferenceForward(tiny.rounded(bits)).run(prompt).getLast();
            // What remains is the rounding of activations to int8.
            assertThat(Logits.error(logits, expected)).isLessThan(0.05);
            assertThat(model.weights()).isEqualTo(format);
        }
    }

    @Test
    void sizes_and_numbers_are_those_of_the_export() throws IOException {
        TinyModel tiny = tiny("llama, llama3");
        Path path = new TinyExport(tiny).write(folder);

        try (LoadedModel model = LoadedModel.open(ModelFiles.open(path), config(WeightFormat.FP32, 0))) {
            assertThat(model.decoder().shape())
                    .isEqualTo(
                            new DecoderShape(TinyModel.VOCABULARY, 64, SLOTS, 128, 4L * SLOTS * 128 * 2 * 3 * 2 * 16));
            assertThat(model.weights()).isEqualTo(WeightFormat.FP32);
            long layer = 64 * 128 + 64 * 64 + 3 * 64 * 96;
            assertThat(model.parameters()).isEqualTo(2 * 101 * 64 + 3 * layer + 2 * 128 * 8);
        }
    }

    @Test
    void a_cache_of_half_floats_takes_half_the_memory_and_answers_nearly_the_same() throws IOException {
        int[] prompt = tokens(8, 24);
        for (String name : List.of("llama, llama3", "qwen3")) {
            TinyModel tiny = tiny(name);
            ReferenceForward reference = new ReferenceForward(tiny);
            Path path = new TinyExport(tiny).write(folder.resolve(name));
            EngineConfig config =
                    new EngineConfig("cpu", WeightFormat.AUTO, 32, WeightCacheConfig.NONE, KvFormat.FP16, 1, SLOTS, 0);
            ModelFiles files = ModelFiles.open(path);

            try (LoadedModel model = LoadedModel.open(files, config)) {
                Decoder decoder = model.decoder();
                assertThat(decoder.shape().kvBytes())
                        .isEqualTo(2L * SLOTS * 128 * files.sizes().kvNumbersPerToken());
                decoder.prefill(0, 0, prompt, 0, 9);
                decoder.prefill(0, 9, prompt, 9, 24);
                decoder.copy(0, 2, 24);
                FloatBuffer logits = decoder.decode(2, new int[] {5}, new int[] {24});

                reference.run(prompt);
                assertThat(Logits.error(logits, reference.run(5).getLast())).isLessThan(0.01);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"32, 10000", "33, 500000", "0, 500000"})
    void of_two_tables_that_of_the_longest_text_with_room_is_used(int maxTokens, double theta) throws IOException {
        TinyModel tiny = tiny("qwen2");
        int[] prompt = tokens(8, 24);
        Path path = new TinyExport(tiny).withTwoTables(32).write(folder);
        tiny.config().put("rope_theta", theta);
        double[] expected = new ReferenceForward(tiny).run(prompt).getLast();

        try (LoadedModel model = LoadedModel.open(ModelFiles.open(path), config(WeightFormat.AUTO, maxTokens))) {
            FloatBuffer logits = model.decoder().prefill(0, 0, prompt, 0, prompt.length);

            assertThat(Logits.error(logits, expected)).isLessThan(FLOAT32_ERROR);
        }
    }

    /// Hugging Face's cache holds links into a folder of files that are named by their digests.
    @Test
    void files_that_are_links_are_followed() throws IOException {
        TinyModel tiny = tiny("qwen2");
        int[] prompt = tokens(8, 24);
        Path path = new TinyExport(tiny).write(folder.resolve("snapshot"));
        Path blobs = Files.createDirectories(folder.resolve("blobs"));
        for (String file : List.of("model.onnx", "model.onnx.data")) {
            Path blob = Files.move(path.resolve(file), blobs.resolve("e3b0c44298fc" + file.length()));
            Files.createSymbolicLink(path.resolve(file), Path.of("../blobs").resolve(blob.getFileName()));
        }

        try (LoadedModel model = LoadedModel.open(ModelFiles.open(path), config(WeightFormat.AUTO, 0))) {
            FloatBuffer logits = model.decoder().prefill(0, 0, prompt, 0, prompt.length);

            assertThat(Logits.error(
                            logits, new ReferenceForward(tiny).run(prompt).getLast()))
                    .isLessThan(FLOAT32_ERROR);
        }
    }

    @Test
    void another_number_format_than_that_of_the_export_is_refused() throws IOException {
        ModelFiles files =
                ModelFiles.open(new TinyExport(tiny("qwen2")).coded(4, 4).write(folder));

        assertThatThrownBy(() -> LoadedModel.open(files, config(WeightFormat.INT8, 0)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessage("autoglm.weights: int8 is asked for, but " + folder.resolve("model.onnx")
                        + " was exported with int4, which stays as it is; leave it at auto");
    }

    private LoadedModel open(Case exported) throws IOException {
        return LoadedModel.open(ModelFiles.open(exported.export().write(folder)), config(WeightFormat.AUTO, 0));
    }

    private static EngineConfig config(WeightFormat weights, int maxTokens) {
        return new EngineConfig("cpu", weights, 1, SLOTS, maxTokens);
    }

    private static TinyModel tiny(String label) {
        return TinyModel.ofEveryFamily().stream()
                .filter(model -> model.toString().equals(label))
                .findFirst()
                .orElseThrow();
    }
}
