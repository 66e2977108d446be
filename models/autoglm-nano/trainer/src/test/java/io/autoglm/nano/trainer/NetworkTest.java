package io.autoglm.nano.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NetworkTest {
    private static final Architecture TINY = new Architecture(40, 64, 2, 2, 1, 32, 64);
    private static final long[] ALL_OF_FOUR = {0, 1, 2, 3};

    private final NDManager manager = NDManager.newBaseManager();
    private Weights weights = Weights.random(TINY, manager);

    @BeforeEach
    void seed() {
        Engine.getInstance().setRandomSeed(1);
        weights = Weights.random(TINY, manager);
        // Larger than at the start of a training, so that a wrong path would show.
        weights.arrays().values().forEach(array -> array.muli(4f));
    }

    @AfterEach
    void release() {
        manager.close();
    }

    @Test
    void a_later_token_changes_no_earlier_logits() {
        float[] one = logits(new int[] {1, 2, 3, 4}, 1, 4, ALL_OF_FOUR);
        float[] other = logits(new int[] {1, 2, 3, 9}, 1, 4, ALL_OF_FOUR);

        assertThat(java.util.Arrays.copyOf(other, 3 * 40)).isEqualTo(java.util.Arrays.copyOf(one, 3 * 40));
        assertThat(other[3 * 40]).isNotCloseTo(one[3 * 40], within(1e-4f));
    }

    @Test
    void padding_and_neighbours_change_nothing() {
        float[] alone = logits(new int[] {5, 6}, 1, 2, new long[] {1});
        float[] batched = logits(new int[] {7, 8, 9, 10, 5, 6, 0, 0}, 2, 4, new long[] {5});

        for (int i = 0; i < alone.length; i++) {
            assertThat(batched[i]).isCloseTo(alone[i], within(1e-4f));
        }
    }

    @Test
    void the_order_of_earlier_tokens_matters() {
        float[] one = logits(new int[] {1, 2, 3, 4}, 1, 4, new long[] {3});
        float[] swapped = logits(new int[] {2, 1, 3, 4}, 1, 4, new long[] {3});

        assertThat(swapped[0]).isNotCloseTo(one[0], within(1e-5f));
    }

    @Test
    void a_few_steps_learn_a_sequence_by_heart() {
        weights = Weights.random(TINY, manager);
        var optimizer = new Optimizer(weights, manager);
        double first = 0;
        double last = 0;
        for (int step = 0; step < 40; step++) {
            try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
                NDArray logits =
                        new Network(weights, manager).logits(new int[] {1, 2, 3, 4}, 1, 4, new long[] {0, 1, 2});
                NDArray loss = logits.logSoftmax(-1)
                        .gather(manager.create(new long[] {2, 3, 4}, new Shape(3, 1)), 1)
                        .mean()
                        .neg();
                last = loss.getFloat();
                first = step == 0 ? last : first;
                gradients.backward(loss);
            }
            optimizer.step(0.01, step);
        }

        assertThat(first).isGreaterThan(3);
        assertThat(last).isLessThan(0.5);
    }

    private float[] logits(int[] ids, int rows, int length, long[] positions) {
        return new Network(weights, manager)
                .logits(ids, rows, length, positions)
                .toFloatArray();
    }
}
