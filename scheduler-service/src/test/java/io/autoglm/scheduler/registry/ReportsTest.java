package io.autoglm.scheduler.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.protocol.placement.InstanceReport;
import io.autoglm.scheduler.Said;
import io.autoglm.scheduler.registry.Reports.Judged;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportsTest {
    private final ObjectMapper json = new ObjectMapper();

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
                    id          | "b"
                    id          | null
                    incarnation | " "
                    incarnation | null
                    url         | "file:///etc/passwd"
                    url         | "not a url"
                    url         | null
                    url         | "http://h:70000"
                    url         | "http://h:0"
                    url         | "http://user:secret@h:8000"
                    url         | "http://h:8000/v1"
                    url         | "http://h:8000?x=1"
                    url         | "http://h:8000/#x"
                    state       | null
                    kvUsage     | 1.5
                    models      | [null]
                    models      | [{"version":"v1"}]
                    """)
    void a_field_at_fault_is_named(String field, String value) throws IOException {
        var tree = json.valueToTree(Said.ready("a").report());
        ((com.fasterxml.jackson.databind.node.ObjectNode) tree).set(field, json.readTree(value));
        InstanceReport report = json.treeToValue(tree, InstanceReport.class);

        assertThat(Reports.judge("a", report))
                .isInstanceOfSatisfying(
                        Judged.Faulty.class, fault -> assertThat(fault.field()).isEqualTo(field));
    }

    @Test
    void what_an_older_instance_leaves_out_becomes_empty() throws IOException {
        InstanceReport report = json.readValue("""
                {"id":"a","incarnation":"x","url":"http://10.0.0.1:8000/","state":"starting","future":1}
                """, InstanceReport.class);

        assertThat(Reports.judge("a", report)).isInstanceOfSatisfying(Judged.Sound.class, sound -> {
            assertThat(sound.report().models()).isEqualTo(List.of());
            assertThat(sound.report().engine()).isEmpty();
            assertThat(sound.report().url()).isEqualTo("http://10.0.0.1:8000");
        });
    }

    @ParameterizedTest
    @CsvSource({"../etc", "a b", "-a", "a/", "'a\nb'"})
    void an_id_that_could_not_be_a_file_name_is_refused(String id) {
        assertThat(InstanceIds.isValid(id)).isFalse();
    }
}
