package io.autoglm.context.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.service.CannotStart;
import io.autoglm.service.Configs;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RulesTest {
    @ParameterizedTest
    @MethodSource("limits")
    void a_limit_below_which_nothing_works_stops_the_start_with_its_name(String setting, String value) {
        assertThatThrownBy(() -> new Rules(Configs.of(ConversationConfig.class, Map.of(setting, value))))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining(setting);
    }

    @Test
    void a_conversation_may_not_live_longer_by_default_than_it_may_be_asked_to() {
        assertThatThrownBy(() ->
                        new Rules(Configs.of(ConversationConfig.class, Map.of("autoglm.conversation.ttl", "366d"))))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("no more than autoglm.conversation.max-ttl");
    }

    @Test
    void every_turn_may_be_compressed() {
        var config = Configs.of(ConversationConfig.class, Map.of("autoglm.conversation.compress-from", "0"));

        assertThat(new Rules(config)).isNotNull();
    }

    /// Every limit there is, but the one for which 0 means something and less cannot be written.
    static Stream<String[]> limits() {
        return Stream.of(ConversationConfig.class.getDeclaredMethods())
                .map(RulesTest::limit)
                .filter(limit -> !limit[0].endsWith(".compress-from"));
    }

    private static String[] limit(Method method) {
        String name = method.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        return new String[] {"autoglm.conversation." + name, method.getReturnType() == Duration.class ? "0s" : "0"};
    }
}
