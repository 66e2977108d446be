package io.autoglm.inference.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.inference.graph.Operator;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveNodesTest {

    @Test
    void what_nothing_reads_is_left_out_and_the_rest_stands_behind_what_it_reads() {
        Node last = node("out", "b", "a", "weight");
        Node middle = node("b", "a", "a");
        Node first = node("a", "in", "");
        Node unused = node("unused", "mask");

        LiveNodes live = LiveNodes.of(List.of(last, unused, middle, first), List.of("out"));

        assertThat(live.nodes()).containsExactly(first, middle, last);
        assertThat(live.given()).containsExactlyInAnyOrder("in", "weight");
    }

    @Test
    void an_output_that_is_an_input_is_given() {
        assertThat(LiveNodes.of(List.of(), List.of("in")).given()).containsExactly("in");
    }

    @Test
    void a_value_that_depends_on_itself_is_refused() {
        List<Node> circle = List.of(node("a", "b"), node("b", "a"));

        assertThatThrownBy(() -> LiveNodes.of(circle, List.of("a")))
                .isInstanceOf(MalformedExportException.class)
                .hasMessageContaining("depends on itself");
    }

    private static Node node(String output, String... inputs) {
        return Node.of(Operator.standard("Sum"), output, List.of(inputs));
    }
}
