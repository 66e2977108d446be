package io.autoglm.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.service.CannotStart;
import io.autoglm.service.Configs;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class IssuerSettingsTest {
    private static final String ONE = "https://one.example/realms/a";

    @Test
    void what_an_issuer_leaves_out_is_as_for_the_default_one() {
        OidcConfig config = config(
                "autoglm.oidc.audience", "glm",
                "autoglm.oidc.roles-claim", "realm_access/roles",
                "autoglm.oidc.default-tenant", "staff",
                "autoglm.oidc.issuers.acme.issuer", ONE);

        TrustedIssuer issuer =
                TrustedIssuer.of("acme", config.issuers().values().iterator().next(), config);

        assertThat(issuer.audience()).containsExactly("glm");
        assertThat(issuer.rolesClaim()).containsExactly("realm_access/roles");
        assertThat(issuer.userRole()).isEqualTo("user");
        assertThat(issuer.defaultTenant())
                .as("a stranger's tokens have no tenant by default")
                .isEmpty();
    }

    @Test
    void two_issuers_with_one_iss_are_refused_also_where_a_slash_tells_them_apart() {
        assertThatThrownBy(() -> issuers("autoglm.oidc.issuer", ONE, "autoglm.oidc.issuers.acme.issuer", ONE + "/"))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("same iss");
        assertThatThrownBy(() -> issuers(
                        "autoglm.oidc.issuer", ONE,
                        "autoglm.oidc.issuers.acme.issuer", "https://inside.example",
                        "autoglm.oidc.issuers.acme.token-issuer", ONE))
                .isInstanceOf(CannotStart.class);
    }

    @Test
    void what_makes_no_sense_in_an_issuer_is_named() {
        assertThatThrownBy(() -> issuers("autoglm.oidc.issuers.acme.issuer", "one.example"))
                .hasMessageStartingWith("autoglm.oidc.issuers.acme.issuer is one.example");
        assertThatThrownBy(() ->
                        issuers("autoglm.oidc.issuers.acme.issuer", ONE, "autoglm.oidc.issuers.acme.tenant", "a:b"))
                .hasMessageStartingWith("autoglm.oidc.issuers.acme.tenant is a:b");
        assertThatThrownBy(() -> issuers("autoglm.oidc.issuers.Default.issuer", ONE))
                .hasMessageContaining("no name for an issuer");
    }

    @Test
    void a_tenant_that_an_issuer_is_bound_to_is_spoken_for_by_those_bound_to_it() {
        OidcConfig config = config(
                "autoglm.oidc.issuer", "https://default.example",
                "autoglm.oidc.issuers.acme.issuer", ONE,
                "autoglm.oidc.issuers.acme.tenant", "acme",
                "autoglm.oidc.issuers.other.issuer", "https://other.example",
                "autoglm.oidc.issuers.other.tenant", "acme");
        Issuers issuers = new Issuers(config);
        TrustedIssuer acme =
                TrustedIssuer.of("acme", Objects.requireNonNull(config.issuers().get("acme")), config);
        TrustedIssuer byDefault = TrustedIssuer.of("https://default.example", config);

        assertThat(issuers.speaksFor(acme, "acme")).isTrue();
        assertThat(issuers.speaksFor(acme, "globex")).isFalse();
        assertThat(issuers.speaksFor(byDefault, "acme")).isFalse();
        assertThat(issuers.speaksFor(byDefault, "globex")).isTrue();
    }

    private static Issuers issuers(String... settings) {
        return new Issuers(config(settings));
    }

    private static OidcConfig config(String... settings) {
        Map<String, String> named = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            named.put(settings[i], settings[i + 1]);
        }
        return Configs.of(OidcConfig.class, named);
    }
}
