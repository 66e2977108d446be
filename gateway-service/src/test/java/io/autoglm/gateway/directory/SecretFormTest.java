package io.autoglm.gateway.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.service.CannotStart;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SecretFormTest {
    private static final String PEPPER = "0123456789abcdef0123456789abcdef";
    private final SecretForm form = new SecretForm(PEPPER);

    @Test
    void a_key_that_was_made_names_its_record_and_has_the_hash_that_is_kept() {
        String id = form.newId(Clock.systemUTC());
        SecretForm.Made made = form.make(id);

        assertThat(made.text()).matches("sk-ag-[0-9a-z]{20}_[A-Za-z0-9_-]{51}");
        assertThat(form.read(made.text())).contains(new SecretForm.Shown(id, made.hash()));
        assertThat(made.hash()).matches("[0-9a-f]{64}");
    }

    @Test
    void any_slip_of_the_pen_is_told_without_a_look_at_redis() {
        String text = form.make(form.newId(Clock.systemUTC())).text();

        for (int i = 0; i < text.length(); i++) {
            char other = text.charAt(i) == 'x' ? 'y' : 'x';
            String slip = text.substring(0, i) + other + text.substring(i + 1);
            assertThat(form.read(slip)).as("character " + i).isEmpty();
        }
        assertThat(form.read(text + "A")).isEmpty();
        assertThat(form.read(text.substring(1))).isEmpty();
    }

    @Test
    void another_pepper_knows_nothing_of_it() {
        String text = form.make(form.newId(Clock.systemUTC())).text();

        assertThat(new SecretForm(PEPPER.replace('0', '1')).read(text)).isEmpty();
    }

    @Test
    void ids_are_in_the_order_of_making() {
        Clock now = Clock.systemUTC();

        assertThat(form.newId(now)).isLessThan(form.newId(Clock.offset(now, Duration.ofMillis(5))));
        assertThat(form.newId(now)).isNotEqualTo(form.newId(now));
    }

    @Test
    void neither_the_key_nor_its_hash_is_printed() {
        SecretForm.Made made = form.make(form.newId(Clock.systemUTC()));

        assertThat(made.toString()).doesNotContain(made.text(), made.hash());
    }

    @Test
    void a_pepper_that_could_be_guessed_is_refused() {
        assertThatThrownBy(() -> new SecretForm("salt"))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("autoglm.keys.pepper")
                .hasMessageNotContaining("salt");
    }
}
