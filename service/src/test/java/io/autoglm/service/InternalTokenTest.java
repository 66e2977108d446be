package io.autoglm.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InternalTokenTest {
    @Test
    void only_the_secret_itself_is_accepted() {
        InternalToken token = InternalToken.of(Optional.of("secret"), "token");

        assertThat(token.accepts("secret")).isTrue();
        for (String wrong : new String[] {null, "", "secre", "secret ", "Secret", "secretsecret"}) {
            assertThat(token.accepts(wrong)).as(wrong).isFalse();
        }
    }

    @Test
    void everybody_is_believed_only_where_that_is_asked_for() {
        assertThat(InternalToken.of(Optional.empty(), "none").accepts(null)).isTrue();
        assertThat(InternalToken.of(Optional.of("secret"), "NONE").accepts("other"))
                .isTrue();
    }

    @Test
    void without_a_secret_nothing_starts() {
        for (Optional<String> none : List.of(Optional.<String>empty(), Optional.of(" "))) {
            assertThatThrownBy(() -> InternalToken.of(none, "token"))
                    .isInstanceOf(CannotStart.class)
                    .hasMessageStartingWith("autoglm.internal-token is not set: set AUTOGLM_INTERNAL_TOKEN");
        }
    }

    @Test
    void another_way_of_access_is_no_way() {
        assertThatThrownBy(() -> InternalToken.of(Optional.of("secret"), "nobody"))
                .isInstanceOf(CannotStart.class)
                .hasMessage("autoglm.internal-auth is 'nobody': set it to 'token' or 'none'");
    }

    @Test
    void the_secret_is_shown_to_no_log() {
        assertThat(InternalToken.of(Optional.of("secret"), "token")).asString().doesNotContain("secret");
    }
}
