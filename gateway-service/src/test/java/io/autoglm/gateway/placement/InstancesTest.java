package io.autoglm.gateway.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.autoglm.protocol.placement.InstanceState;
import io.autoglm.protocol.placement.InstanceView;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class InstancesTest {

    @Test
    void a_settling_scheduler_adds_and_corrects_and_takes_nothing_away() {
        Instances before = new Instances(List.of(
                instance("a", InstanceState.READY),
                instance("b", InstanceState.READY),
                instance("c", InstanceState.READY),
                instance("d", InstanceState.EJECTED)));
        Instances heard = new Instances(List.of(
                instance("b", InstanceState.DRAINING),
                instance("c", InstanceState.STARTING),
                instance("d", InstanceState.READY),
                instance("e", InstanceState.STARTING)));

        assertThat(before.with(heard).all())
                .extracting(InstanceView::id, InstanceView::state)
                .containsExactly(
                        tuple("a", InstanceState.READY),
                        tuple("b", InstanceState.DRAINING),
                        tuple("c", InstanceState.READY),
                        tuple("d", InstanceState.READY),
                        tuple("e", InstanceState.STARTING));
    }

    private static InstanceView instance(String id, InstanceState state) {
        return new InstanceView(id, "http://" + id, 0, state, null, Instant.EPOCH, List.of(), "cpu", 8, 0, 0, 0, 0);
    }
}
