package io.autoglm.inference.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import org.junit.jupiter.api.Test;

class OnLargeStackTest {

    @Test
    void a_recursion_that_overflows_an_ordinary_stack_comes_back() throws OrtException {
        int deep = 200_000;
        assertThatThrownBy(() -> depth(deep)).isInstanceOf(StackOverflowError.class);

        assertThat(OnLargeStack.call("deep", () -> depth(deep))).isEqualTo(deep);
    }

    @Test
    void failures_arrive_as_they_were_thrown() {
        OrtException checked = new OrtException("no");
        IllegalStateException unchecked = new IllegalStateException("never");

        assertThatThrownBy(() -> OnLargeStack.call("failing", () -> {
                    throw checked;
                }))
                .isSameAs(checked);
        assertThatThrownBy(() -> OnLargeStack.call("failing", () -> {
                    throw unchecked;
                }))
                .isSameAs(unchecked);
    }

    private static int depth(int levels) {
        return levels == 0 ? 0 : 1 + depth(levels - 1);
    }
}
