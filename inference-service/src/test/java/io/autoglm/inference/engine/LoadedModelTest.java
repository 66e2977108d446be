package io.autoglm.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.inference.model.ModelDirectory;
import io.autoglm.inference.model.ModelLoadException;
import io.autoglm.inference.model.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadedModelTest {

    @TempDir
    Path folder;

    private ModelDirectory directory;

    @BeforeEach
    void aModel() throws IOException {
        directory = ModelDirectory.open(TinyModel.glm().write(folder));
    }

    @Test
    void left_open_the_engine_is_the_cpu_and_a_small_model_stays_exact() {
        try (LoadedModel model = LoadedModel.open(directory, EngineConfig.DEFAULTS)) {
            assertThat(model.engine()).isEqualTo("cpu");
            assertThat(model.weights()).isEqualTo(WeightFormat.FP32);
            assertThat(model.decoder().shape())
                    .isEqualTo(new DecoderShape(TinyModel.VOCABULARY, 64, 8, 128, 8 * 128 * 1536));
        }
    }

    @Test
    void an_engine_that_is_not_there_is_refused_by_name() {
        EngineConfig config = new EngineConfig("TensorRT", WeightFormat.AUTO, 0, 1, 0);

        assertThatThrownBy(() -> LoadedModel.open(directory, config))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageStartingWith("autoglm.engine: TensorRT is not available here; there is [")
                .hasMessageContaining("cpu");
    }

    @Test
    void a_large_model_left_open_is_held_in_four_bits() {
        assertThat(WeightFormat.AUTO.resolve(63_999_999)).isEqualTo(WeightFormat.FP32);
        assertThat(WeightFormat.AUTO.resolve(64_000_000)).isEqualTo(WeightFormat.INT4);
        assertThat(WeightFormat.INT8.resolve(9_000_000_000L)).isEqualTo(WeightFormat.INT8);
    }

    @Test
    void settings_that_cannot_be_are_refused_by_name() {
        assertThatThrownBy(() -> new EngineConfig("auto", WeightFormat.AUTO, 0, 0, 0))
                .isInstanceOf(ModelLoadException.class)
                .hasMessage("autoglm.batching.slots: 0 is not within 1..256");
        assertThatThrownBy(() -> new EngineConfig("auto", WeightFormat.FP16, 0, 8, 0))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageStartingWith("autoglm.weights: fp16 is not served on a CPU: ")
                .hasMessageContaining("choose int8");
        assertThatThrownBy(() -> new EngineConfig("auto", WeightFormat.AUTO, -1, 8, 0))
                .hasMessage("autoglm.cpu.threads: -1 is not within 0..1024");
        assertThatThrownBy(() -> new EngineConfig("auto", WeightFormat.AUTO, 0, 8, -5))
                .hasMessageStartingWith("autoglm.batching.max-tokens: -5 is not within");
    }

    @Test
    void a_model_that_was_closed_is_loaded_again() {
        for (int i = 0; i < 3; i++) {
            try (LoadedModel model = LoadedModel.open(directory, EngineConfig.DEFAULTS)) {
                assertThat(model.decoder().prefill(0, 0, new int[] {5}, 0, 1).remaining())
                        .isEqualTo(TinyModel.VOCABULARY);
            }
        }
    }
}
