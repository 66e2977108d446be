package io.autoglm.inference.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.LoadedModel;
import io.autoglm.inference.engine.WeightFormat;
import io.autoglm.inference.model.ModelDirectory;
import io.autoglm.inference.model.ReferenceForward;
import io.autoglm.inference.model.TinyModel;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The model that is shipped.
class NanoModelTest {

    private static final Path NANO = Path.of("..", "models", "autoglm-nano");

    @Test
    void the_shipped_model_computes_what_the_reference_computes() throws IOException {
        ModelDirectory directory = ModelDirectory.open(NANO);
        ReferenceForward reference = new ReferenceForward(TinyModel.read(directory));
        int[] prompt =
                new Random(4).ints(48, 0, directory.config().vocabularySize()).toArray();

        try (LoadedModel model = LoadedModel.open(directory, new EngineConfig("auto", WeightFormat.AUTO, 1, 2, 0))) {
            assertThat(model.weights()).isEqualTo(WeightFormat.FP32);
            assertThat(model.decoder().shape().maxTokens())
                    .isEqualTo(directory.config().maxPositions());
            FloatBuffer logits = model.decoder().prefill(0, 0, prompt, 0, prompt.length);
            double[] expected = reference.run(prompt).getLast();
            for (int position = prompt.length; position < 64; position++) {
                int token = Logits.largest(expected);
                assertThat(Logits.error(logits, expected)).isLessThan(1e-5);
                assertThat(Logits.largest(logits)).isEqualTo(token);
                logits = model.decoder().decode(0, new int[] {token}, new int[] {position});
                expected = reference.run(token).getLast();
            }
        }
    }
}
