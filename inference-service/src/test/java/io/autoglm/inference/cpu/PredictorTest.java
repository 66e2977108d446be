package io.autoglm.inference.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.Batchifier;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.TranslatorContext;
import io.autoglm.inference.model.ModelLoadException;
import io.autoglm.inference.model.ReferenceForward;
import io.autoglm.inference.model.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictorTest {

    private static final class NextTokenLogits implements NoBatchifyTranslator<int[], float[]> {

        @Override
        public NDList processInput(TranslatorContext context, int[] tokens) {
            return new NDList(context.getNDManager().create(tokens));
        }

        @Override
        public float[] processOutput(TranslatorContext context, NDList outputs) {
            return outputs.singletonOrThrow().toFloatArray();
        }

        @Override
        public @Nullable Batchifier getBatchifier() {
            return null;
        }
    }

    @TempDir
    Path folder;

    @Test
    void djl_finds_the_engine_by_name() {
        assertThat(Engine.getEngine("cpu").getVersion()).startsWith("1.");
        try (Model model = Engine.getEngine("cpu").newModel("any", null)) {
            assertThat(model).isInstanceOf(CpuModel.class);
        }
    }

    @Test
    void an_ordinary_predictor_gives_the_logits_of_the_reference()
            throws IOException, MalformedModelException, TranslateException {
        TinyModel tiny = TinyModel.glm();
        tiny.write(folder);
        List<int[]> prompts = List.of(new int[] {3, 1, 4, 1, 5, 9, 2, 6}, new int[] {2, 7});

        try (Model model = Engine.getEngine("cpu").newModel("tiny", null)) {
            model.load(folder);
            try (Predictor<int[], float[]> predictor = model.newPredictor(new NextTokenLogits())) {
                List<float[]> logits = predictor.batchPredict(prompts);

                for (int i = 0; i < prompts.size(); i++) {
                    double[] expected =
                            new ReferenceForward(tiny).run(prompts.get(i)).getLast();
                    float[] wide = new float[expected.length];
                    for (int token = 0; token < wide.length; token++) {
                        wide[token] = (float) expected[token];
                    }
                    assertThat(logits.get(i)).containsExactly(wide, Offset.offset(1e-4f));
                }
            }
        }
    }

    @Test
    void a_predictor_refuses_more_tokens_than_a_sequence_may_have() throws IOException, MalformedModelException {
        TinyModel.glm().write(folder);

        try (Model model = Engine.getEngine("cpu").newModel("tiny", null)) {
            model.load(folder);
            try (Predictor<int[], float[]> predictor = model.newPredictor(new NextTokenLogits())) {
                assertThatThrownBy(() -> predictor.predict(new int[129]))
                        .hasRootCauseMessage("129 tokens are not within 1..128");
            }
        }
    }

    @Test
    void a_folder_without_a_model_is_refused_by_name() {
        try (Model model = Engine.getEngine("cpu").newModel("tiny", null)) {
            assertThatThrownBy(() -> model.load(folder.resolve("absent")))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageEndingWith("absent: no such directory");
        }
    }

    @Test
    void arrays_hold_what_was_put_into_them() {
        try (NDManager manager = Engine.getEngine("cpu").newBaseManager()) {
            NDArray floats = manager.create(new float[] {1.5f, -2});
            NDArray longs = manager.create(new long[] {7, 1L << 40});

            assertThat(floats.toFloatArray()).containsExactly(1.5f, -2);
            assertThat(longs.toLongArray()).containsExactly(7, 1L << 40);
            floats.detach();
            manager.close();
            assertThat(floats.toFloatArray()).containsExactly(1.5f, -2);
            assertThat(Arrays.stream(floats.getShape().getShape()).boxed()).containsExactly(2L);
        }
    }
}
