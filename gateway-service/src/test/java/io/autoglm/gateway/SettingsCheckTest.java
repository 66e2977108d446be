package io.autoglm.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.autoglm.service.CannotStart;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.File;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
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

    /// A setting of a mapping and its type.
    private record Setting(String name, Class<?> type) {
        /// Less than nothing, which no number and no duration may be.
        String senseless() {
            return type == Duration.class ? "PT-1S" : "-1";
        }

        boolean isChecked() {
            return NUMBERS.contains(type) || type == Duration.class;
        }
    }

    private static final Set<Class<?>> NUMBERS = Set.of(int.class, long.class, double.class);
    /// Names of issuers and what stands below them are looked at where they are read.
    private static final Set<Class<?>> WORDS =
            Set.of(String.class, boolean.class, Optional.class, List.class, Map.class);

    @Test
    void no_number_and_no_duration_of_any_mapping_may_be_less_than_nothing() throws Exception {
        List<Setting> settings = settings();

        assertThat(settings)
                .filteredOn(Setting::isChecked)
                .hasSizeGreaterThan(20)
                .allSatisfy(setting -> {
                    CannotStart refusal = catchThrowableOfType(
                            CannotStart.class, () -> SettingsCheck.check(config(setting.name(), setting.senseless())));
                    assertThat(refusal).as(setting.name()).hasMessageStartingWith(setting.name() + " is ");
                });
        assertThat(settings)
                .filteredOn(setting -> !setting.isChecked())
                .as("types of which this test knows that they need no check")
                .allMatch(setting ->
                        WORDS.contains(setting.type()) || setting.type().isEnum());
    }

    private static List<Setting> settings() throws Exception {
        List<Setting> settings = new ArrayList<>();
        for (Class<?> mapping : mappings()) {
            String prefix = mapping.getAnnotation(ConfigMapping.class).prefix();
            for (Method member : mapping.getDeclaredMethods()) {
                String name = member.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
                settings.add(new Setting(prefix + "." + name, member.getReturnType()));
            }
        }
        return settings;
    }

    /// Every mapping of this service, found among its classes.
    private static List<Class<?>> mappings() throws Exception {
        Path classes = Path.of(SettingsCheck.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<Class<?>> mappings = new ArrayList<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file :
                    files.filter(it -> it.toString().endsWith("Config.class")).toList()) {
                String path = classes.relativize(file).toString();
                String name =
                        path.substring(0, path.length() - ".class".length()).replace(File.separatorChar, '.');
                Class<?> type = Class.forName(name, false, SettingsCheck.class.getClassLoader());
                if (type.isAnnotationPresent(ConfigMapping.class)) {
                    mappings.add(type);
                }
            }
        }
        return mappings;
    }

    @Test
    void the_largest_body_is_measured_by_the_room_for_all_that_is_the_default() throws Exception {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withSources(
                        new PropertiesConfigSource(Map.of("autoglm.chat.max-body-bytes", "300000000"), "test", 100));
        mappings().forEach(builder::withMapping);

        assertThat(catchThrowableOfType(CannotStart.class, () -> SettingsCheck.check(builder.build())))
                .hasMessageStartingWith("autoglm.chat.max-bodies-bytes is 268435456: ");
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
