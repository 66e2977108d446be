package io.autoglm.local.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.local.home.SuiteOptions;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, http://127.0.0.1:8180",
        "0.0.0.0, http://127.0.0.1:8180",
        "192.168.1.5, http://192.168.1.5:8180",
        "my-machine, http://my-machine:8180",
        "::, http://[::1]:8180",
        "::1, http://[0:0:0:0:0:0:0:1]:8180"
    })
    void it_is_reached_where_it_listens_and_on_loopback_where_it_listens_everywhere(String host, String url) {
        assertThat(Gateway.url(new SuiteOptions(Path.of("/models/glm"), 1, 100, host)))
                .isEqualTo(url);
    }
}
