package io.autoglm.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.autoglm.service.CannotStart;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsCheckTest {

    @ParameterizedTest
    @CsvSource({
        "autoglm.context.answer-share, 1.5",
        "autoglm.context.answer-share, -0.1",
        "autoglm.context.answer-share, NaN",
        "autoglm.chat.timeout, PT-10S",
        "autoglm.chat.timeout, PT0S",
        "autoglm.chat.write-timeout, PT48H",
        "autoglm.upstream.keep-alive, PT0.5S",
        "autoglm.drain.timeout, PT-1S",
        "autoglm.chat.max-body-bytes, 0",
        "autoglm.upstream.max-waiting, -1",
        "autoglm.context.max-turn-messages, 1",
        "autoglm.scheduler.url, 127.0.0.1:8081",
        "autoglm.scheduler.url, http://127.0.0.1:8081/",
        "autoglm.scheduler.url, http://127.0.0.1:80811",
        "autoglm.context.url, redis://127.0.0.1",
        "autoglm.context.url, http://one two",
        "autoglm.oidc.issuer, issuer.example",
    })
    void a_setting_that_makes_no_sense_is_named_in_one_line(String setting, String value) {
        CannotStart refusal =
                catchThrowableOfType(CannotStart.class, () -> SettingsCheck.check(config(setting, value)));

        assertThat(refusal).hasMessageStartingWith(setting + " is ").hasMessageContaining("it must be");
        assertThat(String.valueOf(refusal.getMessage()).lines()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "autoglm.context.answer-share, 0",
        "autoglm.context.answer-share, 1",
        "autoglm.drain.delay, PT0S",
        "autoglm.upstream.max-waiting, 0",
        "autoglm.scheduler.url, https://scheduler.example:8443/behind/a/path",
        "autoglm.oidc.issuer, https://issuer.example/realms/one/",
    })
    void the_edges_of_what_makes_sense_are_taken(String setting, String value) {
        assertThatCode(() -> SettingsCheck.check(config(setting, value))).doesNotThrowAnyException();
    }

    @Test
    void all_bodies_must_have_room_for_the_largest_one() {
        Map<String, String> narrow =
                Map.of("autoglm.chat.max-bodies-bytes", "999", "autoglm.chat.max-body-bytes", "1000");
        Map<String, String> enough =
                Map.of("autoglm.chat.max-bodies-bytes", "1000", "autoglm.chat.max-body-bytes", "1000");

        assertThat(catchThrowableOfType(CannotStart.class, () -> SettingsCheck.check(config(narrow))))
                .hasMessage("autoglm.chat.max-bodies-bytes is 999: it must be 1000 or more, which is"
                        + " autoglm.chat.max-body-bytes");
        assertThatCode(() -> SettingsCheck.check(config(enough))).doesNotThrowAnyException();
    }

    @Test
    void what_is_not_set_is_not_complained_about() {
        assertThatCode(() -> SettingsCheck.check(config("unrelated", "x"))).doesNotThrowAnyException();
    }

    private static Config config(String setting, String value) {
        return config(Map.of(setting, value));
    }

    private static Config config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build();
    }
}
