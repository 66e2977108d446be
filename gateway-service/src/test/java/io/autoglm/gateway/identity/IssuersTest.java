package io.autoglm.gateway.identity;

import static io.autoglm.gateway.neighbours.Client.ask;
import static io.autoglm.gateway.neighbours.Client.chat;
import static io.autoglm.gateway.neighbours.Client.error;
import static io.autoglm.gateway.neighbours.Client.header;
import static io.autoglm.gateway.neighbours.Client.send;
import static io.autoglm.gateway.neighbours.Client.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.gateway.neighbours.Issuer;
import io.autoglm.gateway.neighbours.Neighbours;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(Neighbours.class)
class IssuersTest {
    /// Set by the test resource before each test.
    @SuppressWarnings("NullAway.Init")
    Neighbours neighbours;

    @BeforeEach
    void everybodyIsUp() {
        neighbours.reset();
    }

    @Test
    void a_token_that_is_good_in_all_points_is_let_in() {
        assertThat(status(neighbours.issuer.token(claims -> claims))).isEqualTo(200);
    }

    @Test
    void an_unsigned_token_is_401_whatever_stands_for_its_signature() {
        Issuer issuer = neighbours.issuer;
        String signature = issuer.token(claims -> claims).split("\\.", -1)[2];

        assertThat(status(issuer.unsignedToken(""))).isEqualTo(401);
        assertThat(status(issuer.unsignedToken("AAAA"))).isEqualTo(401);
        assertThat(status(issuer.unsignedToken(signature))).isEqualTo(401);
    }

    @Test
    void the_public_key_is_not_taken_for_a_secret() {
        assertThat(status(neighbours.issuer.confusedToken())).isEqualTo(401);
    }

    @Test
    void a_token_for_someone_else_or_of_someone_else_is_401() {
        Issuer issuer = neighbours.issuer;

        assertThat(status(issuer.token(claims -> claims.audience("payroll")))).isEqualTo(401);
        assertThat(status(issuer.token(claims -> claims.issuer("http://127.0.0.1:1"))))
                .isEqualTo(401);
        assertThat(status(issuer.token(claims -> claims.issuer(neighbours.partner.url()))))
                .isEqualTo(401);
    }

    @Test
    void clocks_may_differ_by_the_skew_and_not_by_more() {
        Issuer issuer = neighbours.issuer;
        Instant now = Instant.now();

        assertThat(status(issuer.token(
                        claims -> claims.claim("nbf", now.plusSeconds(15).getEpochSecond()))))
                .isEqualTo(200);
        assertThat(status(issuer.token(
                        claims -> claims.claim("nbf", now.plusSeconds(120).getEpochSecond()))))
                .isEqualTo(401);
        assertThat(status(issuer.token(claims -> claims.expiresAt(now.minusSeconds(10)))))
                .isEqualTo(200);
        assertThat(status(issuer.token(claims -> claims.expiresAt(now.minusSeconds(120)))))
                .isEqualTo(401);
    }

    @Test
    void unknown_keys_do_not_make_the_issuer_be_asked_again_and_again() {
        int before = neighbours.issuer.keysAsked();

        for (int i = 0; i < 50; i++) {
            assertThat(status(neighbours.issuer.tokenOfKey("unknown-" + i))).isEqualTo(401);
        }

        assertThat(neighbours.issuer.keysAsked() - before).isBetween(0, 10);
    }

    @Test
    void keys_rotate_without_a_restart() {
        String before = neighbours.issuer.token(claims -> claims);
        assertThat(status(before)).isEqualTo(200);

        neighbours.issuer.rotate();

        await().until(() -> status(neighbours.issuer.token(claims -> claims)) == 200);
        assertThat(status(before))
                .as("a token of the key that is not published any more")
                .isEqualTo(401);
    }

    @Test
    void an_issuer_that_is_down_is_503_until_it_is_up_and_not_needed_for_its_known_keys() {
        neighbours.late.stop();
        String early = neighbours.late.token(claims -> claims.audience(Neighbours.LATE_AUDIENCE));
        HttpResponse<String> refused = answer(early);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(error(refused).getString("code")).isEqualTo("identity_unavailable");
        assertThat(header(refused, "retry-after")).isNotEmpty();

        neighbours.late.start();
        await().until(() -> status(early) == 200);

        neighbours.late.stop();
        assertThat(status(neighbours.late.token(claims -> claims.audience(Neighbours.LATE_AUDIENCE))))
                .isEqualTo(200);
        assertThat(status(neighbours.issuer.token(claims -> claims))).isEqualTo(200);
    }

    @Test
    void an_issuer_speaks_for_the_tenant_it_is_bound_to_and_for_no_other() {
        String own = neighbours.partner.token("eva", null, Set.of(Neighbours.PARTNER_ROLE));
        String named = neighbours.partner.token("eva", Neighbours.PARTNER_TENANT, Set.of(Neighbours.PARTNER_ROLE));
        HttpResponse<String> foreign = answer(neighbours.partner.token("eva", "acme", Set.of(Neighbours.PARTNER_ROLE)));

        assertThat(chat(ask("hi", false), "Authorization", "Bearer " + own).statusCode())
                .isEqualTo(200);
        assertThat(neighbours.first.received().getLast().header("x-autoglm-tenant"))
                .isEqualTo(Neighbours.PARTNER_TENANT);
        assertThat(status(named)).isEqualTo(200);
        assertThat(foreign.statusCode()).isEqualTo(403);
        assertThat(error(foreign).getString("code")).isEqualTo("wrong_tenant");
    }

    @Test
    void nobody_else_speaks_for_a_tenant_that_an_issuer_is_bound_to() {
        HttpResponse<String> response =
                answer(neighbours.issuer.token("eve", Neighbours.PARTNER_TENANT, Set.of("user")));

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(error(response).getString("code")).isEqualTo("wrong_tenant");
    }

    @Test
    void an_issuer_has_its_own_name_for_users() {
        assertThat(status(neighbours.partner.token("eva", null, Set.of(Neighbours.PARTNER_ROLE))))
                .isEqualTo(200);
        assertThat(status(neighbours.partner.token("eva", null, Set.of("user"))))
                .isEqualTo(403);
        assertThat(status(neighbours.issuer.token("ana", "acme", Set.of(Neighbours.PARTNER_ROLE))))
                .isEqualTo(403);
    }

    private static int status(String token) {
        return answer(token).statusCode();
    }

    private static HttpResponse<String> answer(String token) {
        return send(to("/v1/models").header("Authorization", "Bearer " + token).GET());
    }
}
