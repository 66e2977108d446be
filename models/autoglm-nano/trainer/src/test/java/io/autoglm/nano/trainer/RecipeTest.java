package io.autoglm.nano.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RecipeTest {
    private final Recipe recipe = new Recipe(100, 10, 50, 1.0, 0.1, 1, 0);

    @Test
    void the_rate_warms_up_stays_and_falls_to_its_last_value() {
        assertThat(recipe.rateAt(0)).isEqualTo(0.1);
        assertThat(recipe.rateAt(9)).isEqualTo(1.0);
        assertThat(recipe.rateAt(49)).isEqualTo(1.0);
        assertThat(recipe.rateAt(75)).isCloseTo(0.55, within(1e-9));
        assertThat(recipe.rateAt(100)).isCloseTo(0.1, within(1e-9));
    }
}
