package io.autoglm.local.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.SuiteOptions;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevSuiteTest {

    @TempDir
    Path root;

    @Test
    void model_keys_and_redis_are_those_that_the_user_has_chosen() throws Exception {
        Home home = Home.of(root, 0, Map.of());
        home.create();
        SuiteOptions options = new SuiteOptions(Path.of("/models/glm"), 1, 0, "127.0.0.1");
        Map<String, String> environment =
                Map.of("AUTOGLM_REDIS_URL", "rediss://redis.example", "AUTOGLM_KEYS_FILE", "/etc/keys.json");

        DevSuite suite = DevSuite.lay(home, options, environment);

        assertThat(suite.environment())
                .containsEntry("AUTOGLM_MODEL_PATH", "/models/glm")
                .containsEntry("AUTOGLM_KEYS_FILE", "/etc/keys.json")
                .containsEntry("AUTOGLM_REDIS_URL", "rediss://redis.example");
        assertThat(suite.redis().command()).isEmpty();
        assertThat(home.keysFile()).doesNotExist();
    }
}
