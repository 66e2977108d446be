package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.inference.batching.LoopStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HealthTest {

    private static LoopStatus status(@Nullable String failure, long stepMillis) {
        return new LoopStatus(8, 0, 0, 0, 0, 0, failure, stepMillis);
    }

    @Test
    void a_model_that_fails_leaves_the_instance_to_those_that_answer() {
        assertThat(Health.reason(List.of(status("3 steps in a row failed", 0), status(null, 5))))
                .isNull();
    }

    @Test
    void an_instance_none_of_whose_models_answers_is_unwell() {
        assertThat(Health.reason(List.of(status("one", 0), status("other", 0)))).isEqualTo("one");
        assertThat(Health.reason(List.of())).isEqualTo("no model is loaded");
    }

    @Test
    void an_engine_that_hangs_is_the_process_s_failure_whatever_the_others_do() {
        assertThat(Health.reason(List.of(status(null, 0), status(null, 30_001))))
                .isEqualTo("the engine has been in one step for 30001 ms");
    }
}
