package io.autoglm.local.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortPlanTest {

    @Test
    void without_an_offset_the_ports_are_the_documented_ones() {
        PortPlan ports = new PortPlan(0);

        assertThat(ports.all(2)).containsExactly(8080, 9080, 8081, 9081, 8082, 9082, 8000, 8001);
        assertThat(ports.redis()).isEqualTo(8079);
    }

    @Test
    void the_largest_suite_meets_none_of_its_own_ports_twice_and_stays_in_range() {
        PortPlan ports = new PortPlan(PortPlan.MAX_OFFSET);
        List<Integer> all = new ArrayList<>(ports.all(PortPlan.MAX_INSTANCES));
        all.add(ports.redis());

        assertThat(all).doesNotHaveDuplicates().allMatch(port -> port < 65_536);
    }

    @Test
    void an_offset_beyond_the_range_is_refused() {
        assertThatThrownBy(() -> new PortPlan(PortPlan.MAX_OFFSET + 1)).hasMessageContaining("0 to 56000");
        assertThatThrownBy(() -> new PortPlan(-1)).hasMessageContaining("not -1");
    }
}
