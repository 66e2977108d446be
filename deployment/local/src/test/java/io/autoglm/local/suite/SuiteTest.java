package io.autoglm.local.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.Secrets;
import io.autoglm.local.home.SuiteOptions;
import io.autoglm.local.supervision.PartSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteTest {

    /// Far from what runs here, and below the ports that systems give to clients.
    private static final int OFFSET = 20_000;

    private static final Map<String, String> ENVIRONMENT = Map.of("AUTOGLM_REDIS_URL", "redis://:word@127.0.0.1:6379");

    @TempDir
    Path root;

    private Home home;

    @BeforeEach
    void build() throws IOException {
        home = Home.of(root, 0, Map.of());
        home.create();
        for (String service : List.of("context", "scheduler", "inference", "gateway")) {
            Path app = Files.createDirectories(root.resolve(service + "-service/target/quarkus-app"));
            Files.writeString(app.resolve("quarkus-run.jar"), service);
        }
    }

    @Test
    void the_parts_stand_in_the_order_of_starting() throws Exception {
        assertThat(lay(2).specs())
                .extracting(PartSpec::name)
                .containsExactly("redis", "context", "scheduler", "gateway");
        assertThat(lay(2).fleet().size()).isEqualTo(2);
    }

    @Test
    void no_secret_is_in_a_command_that_other_users_can_list() throws Exception {
        List<PartSpec> specs = lay(1).specs();
        Secrets secrets = Secrets.of(home);

        for (PartSpec spec : specs) {
            assertThat(String.join(" ", spec.command()))
                    .doesNotContain(
                            secrets.key(),
                            secrets.internalToken(),
                            secrets.redisPassword(),
                            secrets.keyPepper(),
                            "word");
            assertThat(spec.toString()).doesNotContain(secrets.internalToken());
            assertThat(spec.environment()).doesNotContainValue(secrets.key());
        }
    }

    @Test
    void the_services_find_each_other_and_share_the_token() throws Exception {
        List<PartSpec> specs = lay(1).specs();
        String token = Secrets.of(home).internalToken();

        PartSpec gateway = specs.get(3);
        assertThat(gateway.environment())
                .containsEntry("AUTOGLM_PORT", "28080")
                .containsEntry("AUTOGLM_MANAGEMENT_PORT", "29080")
                .containsEntry("AUTOGLM_SCHEDULER_URL", "http://127.0.0.1:28081")
                .containsEntry("AUTOGLM_CONTEXT_URL", "http://127.0.0.1:28082")
                .containsEntry("AUTOGLM_REDIS_URL", "redis://:word@127.0.0.1:6379")
                .containsEntry("AUTOGLM_KEYS_FILE", home.keysFile().toString());
        assertThat(specs.subList(1, 4))
                .allSatisfy(spec -> assertThat(spec.environment()).containsEntry("AUTOGLM_INTERNAL_TOKEN", token));
        assertThat(specs.get(1).environment()).containsEntry("AUTOGLM_REDIS_URL", "redis://:word@127.0.0.1:6379");
    }

    @Test
    void the_key_of_this_machine_administers_every_tenant_and_the_gateway_alone_has_the_pepper() throws Exception {
        List<PartSpec> specs = lay(1).specs();
        String pepper = Secrets.of(home).keyPepper();

        assertThat(specs.get(3).environment())
                .containsEntry("AUTOGLM_KEYS_PEPPER", pepper)
                .containsEntry("AUTOGLM_ADMIN_TENANT", "local");
        assertThat(specs.subList(0, 3))
                .allSatisfy(spec -> assertThat(spec.environment()).doesNotContainValue(pepper));
    }

    @Test
    void what_the_user_says_of_pepper_and_administrators_goes_first() throws Exception {
        Map<String, String> environment = new HashMap<>(ENVIRONMENT);
        environment.put("AUTOGLM_KEYS_PEPPER", "the-pepper-of-the-company-0123456789");
        environment.put("AUTOGLM_ADMIN_TENANT", "platform");

        Suite suite = Suite.lay(home, options(1), environment);

        assertThat(suite.specs().get(3).environment())
                .containsEntry("AUTOGLM_KEYS_PEPPER", "the-pepper-of-the-company-0123456789")
                .containsEntry("AUTOGLM_ADMIN_TENANT", "platform");
    }

    @Test
    void the_scheduler_is_told_how_to_start_an_instance() throws Exception {
        Map<String, String> told = lay(3).specs().get(2).environment();

        assertThat(told)
                .containsEntry("AUTOGLM_LIFECYCLE_LOCAL_ENABLED", "true")
                .containsEntry("AUTOGLM_LIFECYCLE_LOCAL_INSTANCES", "3")
                .containsEntry("AUTOGLM_LIFECYCLE_LOCAL_BASE_PORT", "28000")
                .containsEntry("AUTOGLM_MODEL_PATH", "/models/glm");
        assertThat(told.get("AUTOGLM_LIFECYCLE_LOCAL_COMMAND"))
                .contains("{id}.jsa")
                .endsWith(",-jar," + home.apps().resolve("inference/quarkus-run.jar"));
    }

    @Test
    void each_instance_keeps_what_was_loaded_in_a_file_of_its_own_unless_the_user_has_one() throws Exception {
        Map<String, String> own = Map.of("AUTOGLM_REDIS_URL", "redis://127.0.0.1", "AUTOGLM_MODELS_FILE", "/my.json");

        assertThat(lay(2).specs().get(2).environment())
                .containsEntry("AUTOGLM_MODELS_FILE", home.folder() + "/models/${autoglm.instance.id}.json");
        assertThat(Suite.lay(home, options(2), own).specs().get(2).environment())
                .doesNotContainKey("AUTOGLM_MODELS_FILE");
    }

    @Test
    void commas_and_backslashes_in_a_path_do_not_part_a_configured_list() {
        assertThat(Suite.asConfigList(List.of("java", "-Da=/x,y", "C:\\z"))).isEqualTo("java,-Da=/x\\,y,C:\\\\z");
    }

    @Test
    void a_port_in_use_is_named_with_its_owner_and_a_way_out() throws Exception {
        try (ServerSocket taken = new ServerSocket(28_080, 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();

            assertThatThrownBy(() -> lay(1))
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("port 28080 is in use by pid "
                            + ProcessHandle.current().pid())
                    .hasMessageContaining("--port-offset 20100");
        }
    }

    @Test
    void a_service_that_is_not_built_is_named() throws IOException {
        Files.delete(root.resolve("gateway-service/target/quarkus-app/quarkus-run.jar"));

        assertThatThrownBy(() -> lay(1)).isInstanceOf(CannotStart.class).hasMessageContaining("gateway-service");
    }

    @Test
    void only_the_gateway_leaves_loopback_and_with_its_api_alone() throws Exception {
        SuiteOptions open = new SuiteOptions(Path.of("/models/glm"), 1, OFFSET, "0.0.0.0");

        List<PartSpec> specs = Suite.lay(home, open, ENVIRONMENT).specs();

        assertThat(specs.subList(1, 4)).allSatisfy(spec -> {
            assertThat(spec.environment()).containsEntry("AUTOGLM_MANAGEMENT_HOST", "127.0.0.1");
            assertThat(spec.probe().toString()).contains("http://127.0.0.1:");
        });
        assertThat(specs.subList(1, 4))
                .extracting(spec -> spec.environment().get("AUTOGLM_HOST"))
                .containsExactly("127.0.0.1", "127.0.0.1", "0.0.0.0");
        assertThat(specs.get(3).address().text()).isEqualTo("0.0.0.0:28080");
    }

    @Test
    void a_redis_that_only_the_context_service_can_reach_is_as_well_as_it_says() throws Exception {
        Map<String, String> environment = Map.of("AUTOGLM_REDIS_URL", "rediss://redis.example");

        List<PartSpec> specs = Suite.lay(home, options(1), environment).specs();

        assertThat(specs.get(0).probe()).isEqualTo(specs.get(1).probe());
        assertThat(specs.get(1).after()).isEmpty();
    }

    @Test
    void keys_of_the_users_own_are_honoured_and_left_as_they_are() throws Exception {
        Path keys = Files.writeString(root.resolve("my keys.json"), "{\"keys\":[]}");
        Map<String, String> environment =
                Map.of("AUTOGLM_REDIS_URL", "redis://127.0.0.1", "AUTOGLM_KEYS_FILE", keys.toString());

        PartSpec gateway = Suite.lay(home, options(1), environment).specs().get(3);

        assertThat(gateway.environment()).containsEntry("AUTOGLM_KEYS_FILE", keys.toString());
        assertThat(keys).hasContent("{\"keys\":[]}");
    }

    private Suite lay(int instances) throws IOException, CannotStart {
        return Suite.lay(home, options(instances), ENVIRONMENT);
    }

    private static SuiteOptions options(int instances) {
        return new SuiteOptions(Path.of("/models/glm"), instances, OFFSET, "127.0.0.1");
    }
}
