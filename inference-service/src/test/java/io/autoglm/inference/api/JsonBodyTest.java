package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonBodyTest {

    private static byte[] body(int entries, String entry) {
        return ("{\"x\":[" + (entry + ",").repeat(entries - 1) + entry + "]}").getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void a_body_of_more_nodes_than_any_prompt_has_is_refused() {
        assertThatThrownBy(() -> JsonBody.read(body(700_000, "[]")))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isInstanceOf(Refusal.Invalid.class));
    }

    @Test
    void the_token_ids_of_a_long_prompt_are_read() {
        assertThat(JsonBody.read(body(500_000, "7")).path("x")).hasSize(500_000);
    }
}
