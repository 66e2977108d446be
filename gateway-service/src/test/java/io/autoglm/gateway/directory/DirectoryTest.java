package io.autoglm.gateway.directory;

import static io.autoglm.gateway.neighbours.Client.error;
import static io.autoglm.gateway.neighbours.Client.header;
import static io.autoglm.gateway.neighbours.Client.send;
import static io.autoglm.gateway.neighbours.Client.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.gateway.neighbours.Neighbours;
import io.autoglm.redis.RedisLink;
import io.autoglm.redis.RedisWatch;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(Neighbours.class)
class DirectoryTest {
    private static final Duration ONE_SECOND = Duration.ofSeconds(1);

    /// Set by the test resource before each test.
    @SuppressWarnings("NullAway.Init")
    Neighbours neighbours;

    @Inject
    Keys keys;

    @Inject
    Tenants tenants;

    @Inject
    KeysConfig config;

    @Inject
    RedisLink redis;

    @Inject
    RedisWatch watch;

    @Inject
    ObjectMapper json;

    @Inject
    Clock clock;

    @Inject
    LongSupplier nanoClock;

    @Inject
    MeterRegistry metrics;

    private final String tenant = "t-" + UUID.randomUUID();

    @BeforeEach
    void everybodyIsUp() {
        neighbours.reset();
    }

    @AfterEach
    void redisIsBack() throws IOException, InterruptedException {
        neighbours.redis.start();
        await().until(() -> !watch.condition().toString().startsWith("Away"));
    }

    @Test
    void a_key_that_was_made_is_let_in_as_what_it_was_made_for() {
        KeySettings settings = new KeySettings(
                "ci",
                "robot",
                Set.of("auditor"),
                null,
                null,
                null,
                clock.instant().plusSeconds(600));
        String user = issue(KeySettings.DEFAULT);
        String auditor = issue(settings);

        assertThat(status(user)).isEqualTo(200);
        assertThat(status(auditor)).isEqualTo(403);
    }

    @Test
    void redis_holds_nothing_that_would_open_a_door() throws IOException {
        String text = issue(KeySettings.DEFAULT);
        String id = text.substring("sk-ag-".length(), text.indexOf('_'));

        String record = neighbours.redis.command("HGET autoglm:gw:key:" + id + " json");

        assertThat(record).contains("secrets").doesNotContain(text.substring(text.indexOf('_') + 1, text.length() - 8));
    }

    @Test
    void a_revoked_key_is_refused_by_every_gateway_within_a_second() {
        Keys other = anotherGateway();
        String text = issue(KeySettings.DEFAULT);
        assertThat(status(text)).isEqualTo(200);
        assertThat(now(other.find(text))).isInstanceOf(KeyAnswer.Good.class);

        now(keys.revoke(only(), "key:admin"));
        Instant revoked = Instant.now();

        await().pollInterval(Duration.ofMillis(10)).until(() -> now(other.find(text)) instanceof KeyAnswer.Bad);
        assertThat(Duration.between(revoked, Instant.now())).isLessThan(ONE_SECOND);
        HttpResponse<String> refused = ask(text);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(error(refused).getString("message")).isEqualTo("The API key was revoked.");
    }

    @Test
    void a_replaced_secret_is_good_for_its_grace_beside_the_new_one() {
        String old = issue(KeySettings.DEFAULT);
        String next = text(now(keys.rotate(only(), Duration.ofHours(1))));
        assertThat(status(old)).isEqualTo(200);
        assertThat(status(next)).isEqualTo(200);

        String last = text(now(keys.rotate(only(), Duration.ZERO)));

        assertThat(status(last)).isEqualTo(200);
        assertThat(status(next)).isEqualTo(401);
        assertThat(status(old)).isEqualTo(401);
    }

    @Test
    void an_expired_key_and_one_that_nobody_made_are_401() {
        String expired = issue(new KeySettings(null, null, null, null, null, null, clock.instant()));
        String madeUp = new SecretForm(Neighbours.PEPPER).make("0".repeat(20)).text();

        assertThat(error(ask(expired)).getString("message")).isEqualTo("The API key has expired.");
        assertThat(status(madeUp)).isEqualTo(401);
        assertThat(status("sk-ag-nonsense")).isEqualTo(401);
    }

    @Test
    void made_up_keys_never_reach_redis() {
        double before = lookups();

        for (int i = 0; i < 200; i++) {
            assertThat(status("sk-ag-" + "%020d".formatted(i) + "_" + "A".repeat(51)))
                    .isEqualTo(401);
        }

        assertThat(lookups() - before).isZero();
    }

    @Test
    void while_redis_is_away_a_known_key_is_let_in_and_an_unknown_one_is_told_to_come_back() {
        String known = issue(KeySettings.DEFAULT);
        String unknown = issue(KeySettings.DEFAULT);
        assertThat(status(known)).isEqualTo(200);

        neighbours.redis.kill();

        assertThat(status(known)).isEqualTo(200);
        HttpResponse<String> refused = ask(unknown);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(header(refused, "retry-after")).isEqualTo("1");
        assertThat(error(refused).getString("code")).isEqualTo("directory_unavailable");
        assertThat(status(Neighbours.KEY))
                .as("the key file is the way in when Redis is gone")
                .isEqualTo(200);
    }

    @Test
    void when_a_key_was_used_is_noted() {
        String text = issue(KeySettings.DEFAULT);
        Instant before = Instant.now();

        assertThat(status(text)).isEqualTo(200);

        await().until(() -> only().lastUsed() != null);
        assertThat(only().lastUsed())
                .isBetween(before.minusSeconds(1), Instant.now().plusSeconds(1));
    }

    @Test
    void two_who_change_a_key_at_once_notice() {
        issue(KeySettings.DEFAULT);
        Versioned<KeyRecord> read = only();

        Written<KeyRecord> first = now(keys.change(read, KeySettings.DEFAULT));
        Written<KeyRecord> second = now(keys.change(read, KeySettings.DEFAULT));

        assertThat(first).isInstanceOf(Written.Done.class);
        assertThat(second).isEqualTo(new Written.Conflict<KeyRecord>(read.version() + 1));
    }

    @Test
    void a_tenant_sees_its_own_keys_alone_in_the_order_of_making() {
        List<String> made = List.of(issue(KeySettings.DEFAULT), issue(KeySettings.DEFAULT), issue(KeySettings.DEFAULT));
        String id = made.get(0).substring("sk-ag-".length(), made.get(0).indexOf('_'));

        Page<KeyRecord> first = now(keys.page(tenant, "", 2));
        Page<KeyRecord> rest = now(keys.page(tenant, String.valueOf(first.next()), 2));

        assertThat(first.records()).hasSize(2);
        assertThat(rest.records()).hasSize(1);
        assertThat(rest.next()).isNull();
        assertThat(first.records().getFirst().value().id()).isEqualTo(id);
        assertThat(now(keys.get(tenant, id))).isPresent();
        assertThat(now(keys.get("somebody-else", id))).isEmpty();
    }

    @Test
    void a_suspended_tenant_is_403_whatever_opens_its_door() {
        String text = issue(KeySettings.DEFAULT);
        String token = neighbours.issuer.token("ana", tenant, Set.of("user"));
        assertThat(status(text)).isEqualTo(200);
        assertThat(status(token)).isEqualTo(200);

        now(tenants.create(tenant, suspended(), "key:admin"));

        for (String credential : List.of(text, token)) {
            HttpResponse<String> refused = ask(credential);
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(error(refused).getString("code")).isEqualTo("tenant_suspended");
        }
    }

    @Test
    void a_tenants_models_hold_for_all_of_its_callers() {
        String text = issue(KeySettings.DEFAULT);

        now(tenants.create(tenant, TenantSettings.DEFAULT.withModels(Set.of("other")), "key:admin"));

        assertThat(ask(text).body()).doesNotContain("\"nano\"");
        assertThat(ask(neighbours.issuer.token("ana", tenant, Set.of("user"))).body())
                .doesNotContain("\"nano\"");
    }

    @Test
    void a_tenant_hears_the_issuers_that_its_record_names() {
        TenantSettings other = new TenantSettings(null, null, Set.of("late"), null, null, null, null, null, null);
        now(tenants.create(tenant, other, "key:admin"));

        HttpResponse<String> refused = ask(neighbours.issuer.token("ana", tenant, Set.of("user")));

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(error(refused).getString("code")).isEqualTo("wrong_tenant");
        assertThat(status(issue(KeySettings.DEFAULT))).isEqualTo(200);
    }

    private static TenantSettings suspended() {
        return new TenantSettings(null, TenantSettings.State.SUSPENDED, null, null, null, null, null, null, null);
    }

    /// Its own memory, the same Redis.
    private Keys anotherGateway() {
        return new Keys(config, redis, watch, json, clock, nanoClock, metrics);
    }

    private String issue(KeySettings settings) {
        return text(now(keys.create(tenant, settings, "key:admin")));
    }

    private static String text(Keys.Issued issued) {
        return java.util.Objects.requireNonNull(issued.text());
    }

    /// The first key of this test's tenant, as Redis has it now.
    private Versioned<KeyRecord> only() {
        return now(keys.page(tenant, "", 10)).records().getFirst();
    }

    private double lookups() {
        return metrics.counter("autoglm.directory.lookups", "record", "key", "outcome", "asked")
                .count();
    }

    private static <T> T now(Uni<T> later) {
        return later.await().atMost(Duration.ofSeconds(5));
    }

    private static int status(String credential) {
        return ask(credential).statusCode();
    }

    private static HttpResponse<String> ask(String credential) {
        return send(
                to("/v1/models").header("Authorization", "Bearer " + credential).GET());
    }
}
