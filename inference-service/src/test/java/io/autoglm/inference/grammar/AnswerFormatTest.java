package io.autoglm.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.inference.sampling.InvalidParameterException;
import io.autoglm.inference.sampling.TokenConstraint;
import io.autoglm.inference.text.TokenBytes;
import io.autoglm.inference.text.Vocabularies;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnswerFormatTest {

    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final TokenBytes TOKENS = Vocabularies.byteLevel(List.of(
            "{\"", "\":", "\": ", "\"}", "}}", "]}", "[[", "\",\"", "\", \"", "true", "null", "  ", "\n    ", "12",
            "-1", "你好", "name", "\\\"", "\\u", "😀", "e+", "{}", "\"}\n", " {", "false,", "}}}}"));
    private static final int END = TOKENS.size() - 2;
    private static final int USER = TOKENS.size() - 1;
    private static final AnswerFormat FORMAT = new AnswerFormat(TOKENS, List.of(END));

    private static final String PERSON = """
            {"type": "object", "additionalProperties": false, "required": ["name", "age", "pets"],
             "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 5}, "age": {"type": "integer"},
               "mood": {"enum": ["good", "bad", 3, null, "très bon"]}, "home": {"$ref": "#/$defs/home"},
               "pets": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"$ref": "#/$defs/pet"}}},
             "$defs": {"home": {"anyOf": [{"type": "null"}, {"type": "object", "properties": {"zip": {"type": "string"}}}]},
               "pet": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "cat"},
                 "young": {"type": "array", "items": {"$ref": "#/$defs/pet"}}}}}}
            """;

    @Test
    void whatever_the_model_prefers_the_answer_is_a_json_object_and_ends_in_time() {
        Random random = new Random(17);
        for (int run = 0; run < 400; run++) {
            int budget = 3 + random.nextInt(60);

            String answer = sampled(jsonObject(), budget, random);

            assertThat(read(answer).isObject()).as(answer).isTrue();
        }
    }

    @Test
    void an_answer_follows_its_schema_and_ends_in_time() {
        Random random = new Random(19);
        for (int run = 0; run < 200; run++) {
            String answer = sampled(schema(PERSON, true), 60 + random.nextInt(60), random);

            JsonNode person = read(answer);
            assertThat(person.path("name")
                            .textValue()
                            .codePointCount(0, person.path("name").textValue().length()))
                    .as(answer)
                    .isBetween(1, 5);
            assertThat(person.path("age").isIntegralNumber()).as(answer).isTrue();
            assertThat(person.path("pets").size()).as(answer).isBetween(1, 2);
            person.path("pets")
                    .forEach(pet -> assertThat(pet.path("kind").textValue()).isEqualTo("cat"));
            person.fieldNames().forEachRemaining(name -> assertThat(name).isIn("name", "age", "mood", "home", "pets"));
        }
    }

    @Test
    void json_as_people_and_programs_write_it_is_allowed() {
        for (String document : List.of(
                "{}",
                "{\"a\":1,\"b\":[],\"c\":{\"d\":[1,-2.5e10,0.1]},\"e\":\"x\\n\\u00e9\\\\\"}",
                "{\n    \"name\": \"你好 😀\",\n    \"list\": [\n        true,\n        false,\n        null\n    ]\n}",
                "{ \"spaced\": [ 1, 2 ] }")) {
            assertThat(accepts(jsonObject(), document)).as(document).isTrue();
        }
    }

    @Test
    void what_is_no_json_object_is_not_allowed() {
        for (String document : List.of(
                "[]",
                "x",
                "{a",
                "{\"a\" 1",
                "{\"a\":01",
                "{\"a\":.5",
                "{\"a\":1,}",
                "{\"a\":tru}",
                "{\"a\":\"\n",
                "{}}",
                "{\"a\":\"\\x",
                "{\"a\":\"\\ud83d\"",
                "\t\t\t{")) {
            assertThat(accepts(jsonObject(), document)).as(document).isFalse();
        }
    }

    @Test
    void a_schema_allows_what_fits_it_and_nothing_else() {
        for (String fits : List.of(
                "{\"name\":\"Zoe\",\"age\":3,\"pets\":[{\"kind\":\"cat\"}]}",
                "{\"name\": \"Zoe\", \"age\": -3, \"mood\": \"très bon\", \"home\": null, \"pets\": [{\"kind\": \"cat\", \"young\": [{\"kind\": \"cat\"}]}, {\"kind\": \"cat\"}]}")) {
            assertThat(accepts(schema(PERSON, true), fits)).as(fits).isTrue();
        }
        for (String wrong : List.of(
                "{\"name\":\"\"",
                "{\"name\":\"Zacharias",
                "{\"age\"",
                "{\"name\":\"Zoe\",\"age\":3.5",
                "{\"name\":\"Zoe\",\"age\":3,\"pets\":[]",
                "{\"name\":\"Zoe\",\"age\":3,\"mood\":\"meh",
                "{\"name\":\"Zoe\",\"age\":3}",
                "{\"name\":\"Zoe\",\"age\":3,\"x\"")) {
            assertThat(accepts(schema(PERSON, true), wrong)).as(wrong).isFalse();
        }
    }

    @Test
    void additional_properties_are_written_where_the_schema_invites_them() {
        String open =
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"}},\"additionalProperties\":{\"type\":\"integer\"}}";

        assertThat(accepts(schema(open, true), "{\"a\":null,\"b\":1,\"c\":2}")).isTrue();
        assertThat(accepts(schema(open, true), "{\"b\":1}")).isTrue();
        assertThat(accepts(schema(open, true), "{\"b\":\"")).isFalse();
    }

    @Test
    void the_answer_ends_with_an_end_token_and_no_other_control_token_is_ever_allowed() {
        TokenConstraint constraint = jsonObject();
        long[] mask = new long[(TOKENS.size() + 63) / 64];
        for (byte value : "{\"a\":1".getBytes(StandardCharsets.UTF_8)) {
            constraint.allow(mask, 100);
            assertThat(has(mask, END)).isFalse();
            assertThat(has(mask, USER)).isFalse();
            constraint.accept(value & 0xff);
        }

        constraint.accept('}');
        constraint.allow(mask, 100);

        assertThat(has(mask, END)).isTrue();
        assertThat(Arrays.stream(mask).map(Long::bitCount).sum()).isEqualTo(1);
    }

    @Test
    void what_cannot_be_guaranteed_is_refused_by_name() {
        assertThatThrownBy(() -> schema("{\"type\":\"string\",\"pattern\":\"a+\"}", true))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("'pattern'");
        assertThatThrownBy(() -> schema("{\"$ref\":\"#/$defs/none\"}", true)).hasMessageContaining("#/$defs/none");
        assertThatThrownBy(() -> schema("{\"$ref\":\"#\"}", true)).hasMessageContaining("no JSON value");
        assertThatThrownBy(() -> schema("{\"type\":\"str\"}", true)).hasMessageContaining("'str'");
        assertThatThrownBy(() -> FORMAT.constraint(MAPPER.readTree("{\"type\":\"xml\"}")))
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        e -> assertThat(e.param()).isEqualTo("response_format"));
        assertThat(schema("{\"type\":\"string\",\"pattern\":\"a+\"}", false)).isNotNull();
    }

    @Test
    void text_needs_no_constraint() throws IOException {
        assertThat(FORMAT.constraint(null)).isNull();
        assertThat(FORMAT.constraint(MAPPER.readTree("{\"type\":\"text\"}"))).isNull();
    }

    private static TokenConstraint jsonObject() {
        return constraint("{\"type\":\"json_object\"}");
    }

    private static TokenConstraint schema(String schema, boolean strict) {
        return constraint(
                "{\"type\":\"json_schema\",\"json_schema\":{\"strict\":" + strict + ",\"schema\":" + schema + "}}");
    }

    private static TokenConstraint constraint(String responseFormat) {
        try {
            return Objects.requireNonNull(FORMAT.constraint(MAPPER.readTree(responseFormat)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// A model without any sense: each allowed token is as likely as the next.
    private static String sampled(TokenConstraint constraint, int budget, Random random) {
        long[] mask = new long[(TOKENS.size() + 63) / 64];
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        for (int remaining = budget; remaining > 0; remaining--) {
            constraint.allow(mask, remaining);
            int[] allowed = IntStream.range(0, TOKENS.size())
                    .filter(token -> has(mask, token))
                    .toArray();
            int token = allowed[random.nextInt(allowed.length)];
            constraint.accept(token);
            if (token == END) {
                return answer.toString(StandardCharsets.UTF_8);
            }
            answer.writeBytes(TOKENS.bytes(token));
        }
        throw new AssertionError("not ended within " + budget + ": " + answer.toString(StandardCharsets.UTF_8));
    }

    private static boolean accepts(TokenConstraint constraint, String document) {
        long[] mask = new long[(TOKENS.size() + 63) / 64];
        for (byte value : document.getBytes(StandardCharsets.UTF_8)) {
            constraint.allow(mask, 1000);
            if (!has(mask, value & 0xff)) {
                return false;
            }
            constraint.accept(value & 0xff);
        }
        constraint.allow(mask, 1000);
        return has(mask, END);
    }

    private static boolean has(long[] mask, int token) {
        return (mask[token >> 6] >>> token & 1) != 0;
    }

    private static JsonNode read(String answer) {
        try {
            return MAPPER.readTree(answer);
        } catch (IOException e) {
            throw new AssertionError(answer, e);
        }
    }
}
