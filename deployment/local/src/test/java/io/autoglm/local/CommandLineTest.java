package io.autoglm.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.local.CommandLine.Chat;
import io.autoglm.local.CommandLine.Down;
import io.autoglm.local.CommandLine.Logs;
import io.autoglm.local.CommandLine.Status;
import io.autoglm.local.CommandLine.Supervise;
import io.autoglm.local.CommandLine.Up;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {

    @Test
    void up_alone_stays_in_the_foreground_and_leaves_model_and_instances_open() {
        assertThat(parse("up")).isEqualTo(new CommandLine(new Up(false, null, null), 0));
    }

    @Test
    void up_takes_its_options_in_any_order_and_spelling() {
        Up expected = new Up(true, Path.of("/models/glm"), 3);

        assertThat(parse("up", "--detach", "--model", "/models/glm", "--instances", "3", "--port-offset", "100"))
                .isEqualTo(new CommandLine(expected, 100));
        assertThat(parse("up", "--port-offset=100", "--instances=3", "--model=/models/glm", "-d"))
                .isEqualTo(new CommandLine(expected, 100));
    }

    @Test
    void a_model_folder_is_meant_from_where_the_user_stands() {
        Up up = (Up) parse("up", "--model", "here").command();

        assertThat(up.model()).isEqualTo(Path.of("here").toAbsolutePath());
    }

    @Test
    void the_supervisor_gets_what_up_got() {
        assertThat(parse("supervise", "--model", "/m", "--instances", "2", "--until-input-ends")
                        .command())
                .isEqualTo(new Supervise(Path.of("/m"), 2, true));
    }

    @Test
    void the_other_commands_are_read() {
        assertThat(parse("down", "--port-offset", "7")).isEqualTo(new CommandLine(new Down(), 7));
        assertThat(parse("status", "--json").command()).isEqualTo(new Status(true));
        assertThat(parse("logs").command()).isEqualTo(new Logs(null, false, 100));
        assertThat(parse("logs", "-f", "gateway", "-n", "5").command()).isEqualTo(new Logs("gateway", true, 5));
        assertThat(parse("chat").command()).isEqualTo(new Chat(null, false));
        assertThat(parse("chat", "--new", "Who", "are", "you?").command()).isEqualTo(new Chat("Who are you?", true));
    }

    @Test
    void the_environment_can_choose_the_suite_and_the_option_overrides_it() {
        Map<String, String> environment = Map.of("AUTOGLM_PORT_OFFSET", "200");

        assertThat(CommandLine.parse(new String[] {"status"}, environment).portOffset())
                .isEqualTo(200);
        assertThat(CommandLine.parse(new String[] {"status", "--port-offset", "5"}, environment)
                        .portOffset())
                .isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    dance                  | there is no command 'dance'
                    up --fast              | up does not know '--fast'
                    up --instances         | --instances needs a value
                    up --instances two     | --instances must be a number, not 'two'
                    up --instances 0       | --instances must be 1 to 64, not 0
                    up --instances 65      | --instances must be 1 to 64, not 65
                    up --port-offset 60000 | --port-offset must be 0 to 56000, not 60000
                    down now               | down does not know 'now'
                    logs a b               | logs does not know 'b'
                    chat --loud hi         | chat does not know '--loud'
                    """)
    void what_it_cannot_read_is_named(String line, String complaint) {
        assertThatThrownBy(() -> parse(line.split(" ")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(complaint);
    }

    private static CommandLine parse(String... words) {
        return CommandLine.parse(words, Map.of());
    }
}
