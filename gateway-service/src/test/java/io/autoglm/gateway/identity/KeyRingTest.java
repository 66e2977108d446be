package io.autoglm.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.policy.PriorityClass;
import io.autoglm.gateway.policy.TenantPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyRingTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private final ObjectMapper json = new ObjectMapper().registerModule(new JavaTimeModule());

    @Test
    void a_key_is_found_by_its_hash_until_it_expires() throws IOException {
        KeyRing ring = ring("""
                {"keys":[{"id":"a","sha256":"%s","tenant":"acme","expiresAt":"2026-07-01T00:00:00Z","comment":"ignored"}]}""".formatted(KeyRing.sha256("sk-a")));

        assertThat(ring.find("sk-a", NOW)).isPresent();
        assertThat(ring.find("sk-b", NOW)).isEmpty();
        assertThat(ring.find("sk-a", Instant.parse("2026-07-01T00:00:00Z"))).isEmpty();
    }

    @Test
    void what_an_entry_leaves_out_takes_the_narrow_default() throws IOException {
        KeyRing ring = ring(
                "{\"keys\":[{\"id\":\"a\",\"sha256\":\"%s\",\"tenant\":\"acme\"}]}".formatted(KeyRing.sha256("sk-a")));

        assertThat(ring.find("sk-a", NOW))
                .contains(new Caller(
                        "acme",
                        "key:a",
                        "key:a",
                        Set.of("user"),
                        Limits.of(600, 64),
                        Set.of("*"),
                        PriorityClass.INTERACTIVE,
                        TenantPolicy.OPEN));
    }

    @Test
    void the_hash_is_plain_sha256_in_lower_case_hex() {
        // FIPS 180-2, appendix B.1
        assertThat(KeyRing.sha256("abc")).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "null",
                "{\"keys\":[{}]}",
                "{\"keys\":[{\"id\":\"a\",\"sha256\":\"sk-pasted-key\",\"tenant\":\"t\"}]}",
                "{\"keys\":[{\"id\":\"a\",\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}]}",
                "{\"keys\":[{\"id\":\"a\",\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\"tenant\":\"t\",\"maxConcurrent\":0}]}",
                "{\"keys\":[{\"id\":\"a\",\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\"tenant\":\"t:x\"}]}"
            })
    void a_file_that_is_wrong_is_refused_whole_without_quoting_it(String text) {
        assertThatThrownBy(() -> ring(text))
                .isInstanceOf(IOException.class)
                .extracting(e -> String.valueOf(e.getMessage()))
                .asString()
                .doesNotContain("sk-pasted-key");
    }

    @Test
    void two_entries_with_one_hash_are_refused() {
        String entry = "{\"id\":\"a\",\"sha256\":\"%s\",\"tenant\":\"acme\"}".formatted(KeyRing.sha256("sk-a"));

        assertThatThrownBy(() -> ring("{\"keys\":[" + entry + "," + entry + "]}"))
                .hasMessageContaining("same sha256");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"tenant\":\"globex\"", "\"tenant\":\"acme\",\"maxConcurrent\":1"})
    void two_entries_with_one_id_must_be_one_account(String other) {
        String first = "{\"id\":\"a\",\"sha256\":\"%s\",\"tenant\":\"acme\"}".formatted(KeyRing.sha256("sk-a"));
        String second = "{\"id\":\"a\",\"sha256\":\"%s\",%s}".formatted(KeyRing.sha256("sk-b"), other);

        assertThatThrownBy(() -> ring("{\"keys\":[" + first + "," + second + "]}"))
                .isInstanceOf(IOException.class)
                .hasMessage("keys: the entries with the id a differ in tenant or limits");
    }

    @Test
    void a_key_and_its_successor_may_share_an_id() throws IOException {
        String entries =
                "{\"id\":\"a\",\"sha256\":\"%s\",\"tenant\":\"acme\"},{\"id\":\"a\",\"sha256\":\"%s\",\"tenant\":\"acme\"}"
                        .formatted(KeyRing.sha256("sk-a"), KeyRing.sha256("sk-b"));

        KeyRing ring = ring("{\"keys\":[" + entries + "]}");

        assertThat(ring.find("sk-a", NOW)).isPresent().isEqualTo(ring.find("sk-b", NOW));
    }

    @Test
    void a_key_that_names_no_role_is_a_users_whatever_the_issuer_calls_that() throws IOException {
        String entry = "{\"id\":\"a\",\"sha256\":\"%s\",\"tenant\":\"acme\"}".formatted(KeyRing.sha256("sk-a"));

        KeyRing ring = KeyRing.parse(("{\"keys\":[" + entry + "]}").getBytes(StandardCharsets.UTF_8), json, "glm-user");

        assertThat(ring.find("sk-a", NOW).orElseThrow().roles()).containsExactly("user");
    }

    private KeyRing ring(String text) throws IOException {
        return KeyRing.parse(text.getBytes(StandardCharsets.UTF_8), json, "user");
    }
}
