package io.autoglm.local.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.SuiteOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevSuiteTest {

    @TempDir
    Path root;

    @Test
    void model_keys_and_redis_are_those_that_the_user_has_chosen() throws Exception {
        Home home = Home.of(root, 0, Map.of());
        Map<String, String> environment =
                Map.of("AUTOGLM_REDIS_URL", "rediss://redis.example", "AUTOGLM_KEYS_FILE", "/etc/keys.json");

        DevSuite suite = lay(environment);

        assertThat(suite.environment())
                .containsEntry("AUTOGLM_MODEL_PATH", "/models/glm")
                .containsEntry("AUTOGLM_KEYS_FILE", "/etc/keys.json")
                .containsEntry("AUTOGLM_REDIS_URL", "rediss://redis.example");
        assertThat(suite.redis().command()).isEmpty();
        assertThat(home.keysFile()).doesNotExist();
    }

    @Test
    void what_is_set_for_one_service_reaches_none_of_the_four() throws Exception {
        Map<String, String> inherited = new HashMap<>(Map.of(
                "AUTOGLM_HOST", "0.0.0.0",
                "AUTOGLM_PORT", "9000",
                "AUTOGLM_MANAGEMENT_HOST", "0.0.0.0",
                "AUTOGLM_MANAGEMENT_PORT", "9001",
                "AUTOGLM_CHAT_TIMEOUT", "1m",
                "AUTOGLM_REDIS_URL", "redis://redis.example"));

        lay(Map.copyOf(inherited)).layOver(inherited);

        assertThat(inherited)
                .doesNotContainKeys(
                        "AUTOGLM_HOST", "AUTOGLM_PORT", "AUTOGLM_MANAGEMENT_HOST", "AUTOGLM_MANAGEMENT_PORT")
                .containsEntry("AUTOGLM_CHAT_TIMEOUT", "1m")
                .containsEntry("AUTOGLM_CONTEXT_URL", "http://127.0.0.1:8082");
    }

    @Test
    void a_key_that_the_users_own_file_does_not_hold_is_not_offered() throws Exception {
        Path own = Files.writeString(root.resolve("own.json"), "{\"keys\":[]}");
        Map<String, String> redis = Map.of("AUTOGLM_REDIS_URL", "redis://redis.example");
        Map<String, String> both = Map.of("AUTOGLM_REDIS_URL", "redis://redis.example", "AUTOGLM_KEYS_FILE", own + "");

        assertThat(lay(redis).keyToTell()).startsWith("sk-");
        assertThat(lay(both).keyToTell()).isEqualTo("one of those in " + own);
    }

    private DevSuite lay(Map<String, String> environment) throws Exception {
        Home home = Home.of(root, 0, Map.of());
        home.create();
        return DevSuite.lay(home, SuiteOptions.development(Path.of("/models/glm")), environment);
    }
}
