package io.autoglm.local.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @Test
    void what_is_read_and_written_is_what_was_there() {
        String text = "{\"a\":[1,-2.5,true,false,null,\"x\"],\"b\":{},\"c\":[],\"你\":\"好\"}";

        assertThat(Json.parse(text)).hasToString(text);
    }

    @Test
    void blanks_between_tokens_mean_nothing() {
        assertThat(Json.parse(" { \"a\" : [ 1 , 2 ] }\n")).hasToString("{\"a\":[1,2]}");
    }

    @Test
    void escapes_are_undone_when_read_and_made_when_written() {
        Json read = Json.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u4f60\\ud83d\\ude00\"");

        assertThat(read.text()).isEqualTo("\"\\/\b\f\n\r\t你😀");
        assertThat(Json.parse(read.toString())).isEqualTo(read);
    }

    @Test
    void a_member_that_is_missing_gives_the_fallback() {
        Json json = Json.parse("{\"port\":8080,\"name\":\"gateway\"}");

        assertThat(json.at("port").number(1)).isEqualTo(8080);
        assertThat(json.at("pid").number(-1)).isEqualTo(-1);
        assertThat(json.at("name").at("deeper").text("none")).isEqualTo("none");
        assertThat(json.at("name").items()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1,",
                "[1 2]",
                "{\"a\"}",
                "{\"a\":}",
                "{a:1}",
                "\"open",
                "\"\\x\"",
                "\"\\u12\"",
                "tru",
                "1 2",
                "-",
                "\"line\nbreak\"",
                "01x",
                "[1,]"
            })
    void what_is_not_json_is_refused(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_document_too_deep_for_the_stack_is_refused() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("64 levels");
    }
}
