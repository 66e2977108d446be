package io.autoglm.scheduler.lease;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.service.CannotStart;
import io.autoglm.service.Configs;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaseDeskTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "default-age | 2h  | autoglm.lease.default-age is 7200000 ms: set it to no more than"
                        + " autoglm.lease.max-age, which is 3600000 ms",
                "max-age     | 1m  | autoglm.lease.default-age is 600000 ms: set it to no more than"
                        + " autoglm.lease.max-age, which is 60000 ms",
                "default-age | 0s  | autoglm.lease.default-age is 0 ms: set it to 1 ms or more",
                "grace       | -1s | autoglm.lease.grace is -1000 ms: set it to 0 or more",
                "max         | 0   | autoglm.lease.max is 0: set it to 1 or more",
            })
    void a_setting_that_cannot_work_stops_the_start_with_its_name(String name, String value, String sentence) {
        assertThatThrownBy(
                        () -> LeaseDesk.checked(Configs.of(LeaseConfig.class, Map.of("autoglm.lease." + name, value))))
                .isInstanceOf(CannotStart.class)
                .hasMessage(sentence);
    }
}
