package io.autoglm.inference.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.WeightFormat;
import io.autoglm.inference.model.DecoderSizes;
import io.autoglm.inference.model.ModelLoadException;
import org.junit.jupiter.api.Test;

class CachePlanTest {

    /// GLM-4-9B: 81,920 bytes a token.
    private static final DecoderSizes GLM_9B = new DecoderSizes(151_552, 4096, 40, 2, 128, 131_072);

    private static final long GB = 1_000_000_000;

    @Test
    void what_is_asked_for_is_planned_when_it_fits() {
        CachePlan plan = CachePlan.of(asked(4, 8192), GLM_9B, 3 * GB);

        assertThat(plan).isEqualTo(new CachePlan(4, 8192));
        assertThat(plan.bytes(GLM_9B.kvNumbersPerToken() * 4)).isEqualTo(4L * 8192 * 81_920);
    }

    @Test
    void what_does_not_fit_is_refused_with_the_figures() {
        assertThatThrownBy(() -> CachePlan.of(asked(8, 8192), GLM_9B, 3 * GB))
                .isInstanceOf(ModelLoadException.class)
                .hasMessage(
                        "autoglm.batching.max-tokens: the KV cache of 8 slots of 8192 tokens takes 5.37 GB, but only"
                                + " 3.00 GB are free beside the weights; lower it, or autoglm.batching.slots");
    }

    @Test
    void left_open_it_is_what_the_model_was_made_for() {
        assertThat(CachePlan.of(asked(1, 0), GLM_9B, 100 * GB).maxTokens()).isEqualTo(131_072);
    }

    @Test
    void left_open_it_takes_at_most_half_of_the_free_memory() {
        CachePlan plan = CachePlan.of(asked(8, 0), GLM_9B, 10 * GB);

        assertThat(plan.bytes(GLM_9B.kvNumbersPerToken() * 4)).isBetween(5 * GB - 8 * 81_920, 5 * GB);
    }

    @Test
    void left_open_no_layer_outgrows_a_buffer() {
        CachePlan plan = CachePlan.of(asked(256, 0), GLM_9B, 10_000 * GB);

        assertThat(256L * plan.maxTokens() * 2 * 128 * Float.BYTES).isLessThanOrEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void too_little_memory_for_any_chat_is_refused() {
        assertThatThrownBy(() -> CachePlan.of(asked(8, 0), GLM_9B, 100_000_000))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageStartingWith("autoglm.batching.slots: the KV cache takes 0.17 GB for 8 slots of 256 tokens");
        assertThatThrownBy(() -> CachePlan.of(asked(8, 0), GLM_9B, -GB))
                .hasMessageContaining("more than half of the 0.00 GB that are free");
    }

    @Test
    void more_than_the_model_was_made_for_is_refused() {
        assertThatThrownBy(() -> CachePlan.of(asked(1, 131_073), GLM_9B, 100 * GB))
                .hasMessage("autoglm.batching.max-tokens: 131073 is more than the 131072 the model was made for");
    }

    @Test
    void a_layer_beyond_a_buffer_is_refused() {
        assertThatThrownBy(() -> CachePlan.of(asked(64, 65_536), GLM_9B, 10_000 * GB))
                .hasMessageContaining("may take 2 GiB on this engine, which is 32767 tokens in each of 64 slots");
    }

    private static EngineConfig asked(int slots, int maxTokens) {
        return new EngineConfig("cpu", WeightFormat.INT4, 1, slots, maxTokens);
    }
}
