package io.autoglm.gateway.keycloak;

import static io.autoglm.gateway.neighbours.Client.error;
import static io.autoglm.gateway.neighbours.Client.send;
import static io.autoglm.gateway.neighbours.Client.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("keycloak")
@QuarkusTest
@WithTestResource(Keycloak.class)
class KeycloakTest {
    private static final String MODELS = "/v1/models";
    private static final String KEYS_OF_ACME = "/admin/v1/tenants/acme/keys";
    private static final String PASSWORD = "a password of this test";

    /// Set by the test resource before each test.
    @SuppressWarnings("NullAway.Init")
    Keycloak keycloak;

    @SuppressWarnings("NullAway.Init")
    private Realm realm;

    @BeforeEach
    void speakToTheRealm() {
        realm = new Realm(keycloak);
    }

    @Test
    void a_program_is_let_in_with_its_client_credentials_as_a_user_of_its_tenant() {
        String token = realm.tokenOf("autoglm-ci", Keycloak.CI_SECRET);

        assertThat(ask(MODELS, token).statusCode()).isEqualTo(200);
        assertThat(ask(KEYS_OF_ACME, token).statusCode()).isEqualTo(403);
    }

    @Test
    void a_person_signs_in_with_a_code_and_pkce_and_has_the_roles_of_the_realm() {
        String auditor = person("acme", List.of("auditor"));
        String user = person("acme", List.of("user"));
        String stranger = person("globex", List.of("admin"));

        assertThat(ask(KEYS_OF_ACME, auditor).statusCode()).isEqualTo(200);
        assertThat(ask(MODELS, auditor).statusCode()).isEqualTo(403);
        assertThat(ask(KEYS_OF_ACME, user).statusCode()).isEqualTo(403);
        assertThat(ask(MODELS, user).statusCode()).isEqualTo(200);
        assertThat(ask(KEYS_OF_ACME, stranger).statusCode()).isEqualTo(403);
    }

    @Test
    void a_code_is_worth_nothing_without_its_verifier() {
        String name = name();
        realm.addUser(name, PASSWORD, "acme", List.of("user"));
        String code = realm.code(name, PASSWORD, "v".repeat(64));

        assertThat(realm.exchange(code, "w".repeat(64)).statusCode()).isEqualTo(400);
    }

    @Test
    void a_token_for_someone_else_is_401() {
        String other = name();
        realm.addClientOfOthers(other, Keycloak.CI_SECRET);

        assertThat(ask(MODELS, realm.tokenOf(other, Keycloak.CI_SECRET)).statusCode())
                .isEqualTo(401);
    }

    @Test
    void a_person_without_a_tenant_is_403() {
        HttpResponse<String> response = ask(MODELS, person(null, List.of("user")));

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(error(response).getString("code")).isEqualTo("no_tenant");
    }

    @Test
    void the_realms_key_rotates_without_a_restart() {
        String before = realm.tokenOf("autoglm-ci", Keycloak.CI_SECRET);
        assertThat(ask(MODELS, before).statusCode()).isEqualTo(200);

        realm.rotateKey();

        String after = realm.tokenOf("autoglm-ci", Keycloak.CI_SECRET);
        assertThat(Realm.keyOf(after)).isNotEqualTo(Realm.keyOf(before));
        await().until(() -> ask(MODELS, after).statusCode() == 200);
        assertThat(ask(MODELS, before).statusCode())
                .as("signed with a key that is still published")
                .isEqualTo(200);
    }

    /// @param tenant null for one who has none
    private String person(@Nullable String tenant, List<String> roles) {
        String name = name();
        realm.addUser(name, PASSWORD, tenant, roles);
        return realm.signIn(name, PASSWORD);
    }

    private static String name() {
        return "u-" + UUID.randomUUID();
    }

    private static HttpResponse<String> ask(String path, String token) {
        return send(to(path).header("Authorization", "Bearer " + token).GET());
    }
}
