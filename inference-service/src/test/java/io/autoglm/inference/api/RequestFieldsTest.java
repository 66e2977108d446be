package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.NanoProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What `docs/api.md` says of each field of a request is what the service does.
@QuarkusTest
@TestProfile(NanoProfile.class)
class RequestFieldsTest extends ServedTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String PLAIN = "/v1/completions";
    private static final Pattern ROW = Pattern.compile("\\| `([a-z_]+)` \\| (works|refused|ignored) \\|.*");

    /// No field takes all of them, and none that is refused has none of them for a value that asks.
    private static final List<String> VALUES =
            List.of("true", "-7.5", "\"no such thing\"", "[\"no\",[-1]]", "{\"no\":[\"such\"]}");

    private record Row(String path, String field, String is) {}

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        List<String> paths = List.of();
        for (String line : Files.readAllLines(Path.of("../docs/api.md"))) {
            if (line.startsWith("## ")) {
                paths = switch (line.substring(3)) {
                    case "Of both" -> List.of(CHAT, PLAIN);
                    case "Of `/v1/chat/completions`" -> List.of(CHAT);
                    case "Of `/v1/completions`" -> List.of(PLAIN);
                    default -> List.of();
                };
            }
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                paths.forEach(path -> rows.add(new Row(path, row.group(1), row.group(2))));
            }
        }
        return rows;
    }

    private Client.Answer ask(Row row, String value) throws IOException {
        ObjectNode request = (ObjectNode) Client.JSON.readTree(
                row.path.equals(CHAT)
                        ? "{\"model\":\"autoglm-nano\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"
                        : "{\"model\":\"autoglm-nano\",\"prompt\":\"hello\"}");
        request.put("max_tokens", 1);
        request.set(row.field, Client.JSON.readTree(value));
        return client.post(row.path, request.toString());
    }

    private static boolean names(Client.Answer answer, String field) {
        if (answer.status() / 100 != 4) {
            return false;
        }
        String param = answer.json().at("/error/param").asText();
        return param.equals(field) || param.startsWith(field + ".") || param.startsWith(field + "[");
    }

    @Test
    void every_field_is_treated_as_the_document_says() throws IOException {
        Map<String, String> wrong = new LinkedHashMap<>();
        for (Row row : rows()) {
            int named = 0;
            int unsupported = 0;
            int answered = 0;
            for (String value : VALUES) {
                Client.Answer answer = ask(row, value);
                answered += answer.status() == 200 ? 1 : 0;
                if (names(answer, row.field)) {
                    named++;
                    unsupported += answer.json().at("/error/message").asText().contains("not supported") ? 1 : 0;
                }
            }
            boolean right = switch (row.is) {
                case "works" -> named > 0 && unsupported < VALUES.size();
                case "refused" -> unsupported > 0 && answered + unsupported + named > 0 && named >= VALUES.size() - 1;
                default -> answered == VALUES.size();
            };
            if (!right) {
                wrong.put(
                        row.path + " " + row.field,
                        "%d named, %d unsupported, %d answered".formatted(named, unsupported, answered));
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void every_field_is_listed_once_and_those_that_are_refused_are_all_listed() throws IOException {
        List<Row> rows = rows();

        assertThat(rows).doesNotHaveDuplicates().hasSizeGreaterThan(90);
        assertThat(rows.stream().filter(row -> row.is.equals("refused")).map(Row::field))
                .containsAll(UnsupportedFields.names());
    }

    @Test
    void a_field_that_asks_for_nothing_is_not_refused() throws IOException {
        for (Row row : rows()) {
            if (row.is.equals("refused") && !row.field.equals("modalities")) {
                for (String value : List.of("null", "false", "[]", "{}")) {
                    if (!row.field.equals("suffix") || value.equals("null")) {
                        assertThat(ask(row, value).status())
                                .as("%s: %s", row.field, value)
                                .isEqualTo(200);
                    }
                }
            }
        }
    }
}
