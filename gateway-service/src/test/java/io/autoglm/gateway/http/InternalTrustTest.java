package io.autoglm.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.autoglm.protocol.Headers;
import io.autoglm.service.CannotStart;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.MultiMap;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InternalTrustTest {

    @Test
    void without_a_token_the_service_says_in_one_line_what_to_do() {
        CannotStart refusal = catchThrowableOfType(
                CannotStart.class, () -> new InternalTrust(Optional.of(" "), "token").start(new StartupEvent()));

        assertThat(refusal)
                .hasMessageStartingWith("autoglm.internal-token is not set: ")
                .hasMessageContaining("AUTOGLM_INTERNAL_TOKEN");
        assertThat(String.valueOf(refusal.getMessage()).lines()).hasSize(1);
    }

    @Test
    void a_mode_that_does_not_exist_is_not_taken_for_none() {
        assertThat(catchThrowableOfType(
                        CannotStart.class,
                        () -> new InternalTrust(Optional.of("secret"), "off").start(new StartupEvent())))
                .hasMessageContaining("'off'");
    }

    @Test
    void without_internal_auth_no_token_is_needed_and_none_is_sent() {
        InternalTrust trust = new InternalTrust(Optional.of("secret"), "none");
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();

        assertThatCode(() -> trust.start(new StartupEvent())).doesNotThrowAnyException();
        trust.sign(headers);

        assertThat(headers.contains(Headers.INTERNAL_TOKEN)).isFalse();
    }
}
