package io.autoglm.gateway.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyRecordTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final KeyRecord KEY = key(KeySettings.DEFAULT);

    @Test
    void the_old_secret_is_good_for_the_grace_of_its_replacement_and_no_longer() {
        KeyRecord rotated = KEY.rotated("new", Duration.ofHours(1), NOW);

        assertThat(rotated.opensWith("new", NOW)).isTrue();
        assertThat(rotated.opensWith("old", NOW.plusSeconds(3599))).isTrue();
        assertThat(rotated.opensWith("old", NOW.plusSeconds(3600))).isFalse();
        assertThat(rotated.opensWith("new", NOW.plusSeconds(3600))).isTrue();
    }

    @Test
    void without_grace_the_old_secret_ends_at_once() {
        assertThat(KEY.rotated("new", Duration.ZERO, NOW).opensWith("old", NOW)).isFalse();
    }

    @Test
    void a_second_replacement_does_not_lengthen_the_life_of_the_first_secret() {
        KeyRecord twice = KEY.rotated("second", Duration.ofHours(1), NOW).rotated("third", Duration.ofDays(1), NOW);

        assertThat(twice.opensWith("old", NOW.plusSeconds(3600))).isFalse();
        assertThat(twice.opensWith("second", NOW.plusSeconds(3600))).isTrue();
    }

    @Test
    void secrets_are_not_gathered_without_end() {
        KeyRecord key = KEY;
        for (int i = 0; i < 20; i++) {
            key = key.rotated("secret-" + i, Duration.ofDays(1), NOW);
        }

        assertThat(key.secrets()).hasSize(4);
        assertThat(key.opensWith("secret-19", NOW)).isTrue();
        assertThat(key.opensWith("secret-16", NOW)).isTrue();
        assertThat(key.opensWith("secret-15", NOW)).isFalse();
    }

    @Test
    void a_revoked_key_opens_nothing_and_says_who_revoked_it_first() {
        KeyRecord revoked = KEY.revoked("key:admin", NOW);

        assertThat(revoked.state(NOW)).isEqualTo(KeyRecord.State.REVOKED);
        assertThat(revoked.opensWith("old", NOW)).isFalse();
        assertThat(revoked.revoked("key:other", NOW.plusSeconds(1))).isEqualTo(revoked);
    }

    @Test
    void a_key_expires_at_its_time() {
        KeyRecord key = key(new KeySettings(null, null, null, null, null, null, NOW));

        assertThat(key.state(NOW.minusMillis(1))).isEqualTo(KeyRecord.State.ACTIVE);
        assertThat(key.state(NOW)).isEqualTo(KeyRecord.State.EXPIRED);
    }

    @Test
    void what_makes_no_sense_is_named() {
        assertThatThrownBy(() -> settings("key:someone", null)).hasMessageStartingWith("subject: ");
        assertThatThrownBy(() -> settings("two\nlines", null)).hasMessageStartingWith("subject: ");
        assertThatThrownBy(() -> settings(null, Set.of("root"))).hasMessageStartingWith("roles: ");
        assertThatThrownBy(() -> settings(null, Set.of())).hasMessageStartingWith("roles: ");
    }

    private static KeySettings settings(
            @org.jspecify.annotations.Nullable String subject, @org.jspecify.annotations.Nullable Set<String> roles) {
        return new KeySettings(null, subject, roles, null, null, null, null);
    }

    private static KeyRecord key(KeySettings settings) {
        return new KeyRecord(
                "id", "acme", settings, List.of(new KeyRecord.Secret("old", null)), NOW, "key:admin", null, null, null);
    }
}
