package io.autoglm.endtoend.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.endtoend.stack.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class ConfigurationPageTest {
    /// Such as `${autoglm.drain.delay:1s}`.
    private static final Pattern SUBSTITUTED = Pattern.compile("\\$\\{(autoglm\\.[a-z.-]+)");

    @SuppressWarnings("unused") // by its name
    private static final Iterable<String> SERVICES = SettingsTable.SERVICES;

    private static String page() throws IOException {
        return Files.readString(Repository.root().resolve("docs/configuration.md"));
    }

    @ParameterizedTest
    @FieldSource("SERVICES")
    void the_page_has_every_setting_as_the_code_has_it(String service) throws IOException {
        assertThat(SettingsTable.in(page(), service)).isEqualTo(SettingsTable.of(Repository.root(), service));
    }

    @ParameterizedTest
    @FieldSource("SERVICES")
    void every_setting_is_said_to_do_something(String service) throws IOException {
        assertThat(SettingsTable.in(page(), service).lines())
                .isNotEmpty()
                .noneMatch(row -> row.matches(".*\\|\\s*\\|"));
    }

    @ParameterizedTest
    @FieldSource("SERVICES")
    void the_page_names_what_is_substituted_in_properties(String service) throws IOException {
        Path resources = Repository.root().resolve(service).resolve("src/main/resources");
        // A module that others are built on brings its settings with it, below theirs.
        String properties = Files.readString(resources.resolve(
                service.equals("redis") ? "META-INF/microprofile-config.properties" : "application.properties"));
        String page = page();

        assertThat(SUBSTITUTED.matcher(properties).results())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(page).contains("`" + name.group(1) + "`"));
    }
}
