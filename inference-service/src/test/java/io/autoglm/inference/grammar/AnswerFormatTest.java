package io.autoglm.inference.grammar;

import static io.autoglm.inference.grammar.Answers.END;
import static io.autoglm.inference.grammar.Answers.FORMAT;
import static io.autoglm.inference.grammar.Answers.MAPPER;
import static io.autoglm.inference.grammar.Answers.TOKENS;
import static io.autoglm.inference.grammar.Answers.USER;
import static io.autoglm.inference.grammar.Answers.accepts;
import static io.autoglm.inference.grammar.Answers.constraint;
import static io.autoglm.inference.grammar.Answers.form;
import static io.autoglm.inference.grammar.Answers.has;
import static io.autoglm.inference.grammar.Answers.jsonObject;
import static io.autoglm.inference.grammar.Answers.read;
import static io.autoglm.inference.grammar.Answers.sampled;
import static io.autoglm.inference.grammar.Answers.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.sampling.InvalidParameterException;
import io.autoglm.inference.sampling.TokenConstraint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnswerFormatTest {

    private static final AnswerFormat MARKED = new AnswerFormat(TOKENS, List.of(END), "<|user|>");

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
            String answer = sampled(schema(PERSON), 60 + random.nextInt(60), random);

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
                "{\"name\": \"Zoe\", \"age\": -3, \"mood\": \"très bon\", \"home\": null, \"pets\": [{\"kind\":"
                        + " \"cat\", \"young\": [{\"kind\": \"cat\"}]}, {\"kind\": \"cat\"}]}")) {
            assertThat(accepts(schema(PERSON), fits)).as(fits).isTrue();
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
            assertThat(accepts(schema(PERSON), wrong)).as(wrong).isFalse();
        }
    }

    @Test
    void additional_properties_are_written_where_the_schema_invites_them() {
        String open =
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"}},\"additionalProperties\":{\"type\":\"integer\"}}";

        assertThat(accepts(schema(open), "{\"a\":null,\"b\":1,\"c\":2}")).isTrue();
        assertThat(accepts(schema(open), "{\"b\":1}")).isTrue();
        assertThat(accepts(schema(open), "{\"b\":\"")).isFalse();
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
    void another_type_is_refused() {
        assertThatThrownBy(() -> FORMAT.form(MAPPER.readTree("{\"type\":\"xml\"}")))
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        e -> assertThat(e.param()).isEqualTo("response_format"));
    }

    @Test
    void strict_must_be_a_boolean() {
        assertThatThrownBy(() ->
                        constraint("{\"type\":\"json_schema\",\"json_schema\":{\"strict\":\"no\",\"schema\":{}}}"))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("strict");
    }

    @Test
    void a_vocabulary_without_a_token_for_some_byte_cannot_spell_json() {
        for (int missing : new int[] {'~', '\n', 0x80, 0xf4}) {
            List<TokenTrie.Token> tokens = IntStream.range(0, 256)
                    .filter(value -> value != missing)
                    .mapToObj(value -> new TokenTrie.Token(value, new byte[] {(byte) value}))
                    .toList();

            assertThat(new TokenTrie(tokens).spells(JsonRules.BYTES)).isFalse();
        }
        assertThat(new Vocabulary(TOKENS).spells(JsonRules.BYTES)).isTrue();
    }

    @Test
    void an_answer_that_has_no_room_is_refused() {
        String named = "{\"const\":\"name name name\"}";
        JsonNode form = read("{\"type\":\"json_schema\",\"json_schema\":{\"schema\":" + named + "}}");

        assertThat(form(FORMAT, form).constraint(8, "max_tokens")).isNotNull();
        assertThatThrownBy(() -> form(FORMAT, form).constraint(7, "max_completion_tokens"))
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        e -> assertThat(e.param()).isEqualTo("max_completion_tokens"))
                .hasMessageContaining("16 bytes")
                .hasMessageContaining("8 tokens");
    }

    @Test
    void with_fewer_tokens_than_bytes_the_longer_tokens_end_the_answer_in_time() {
        String schema = "{\"type\":\"object\",\"required\":[\"name\"],\"properties\":{\"name\":{\"const\":\"name\"}}}";
        Random random = new Random(29);
        for (int run = 0; run < 100; run++) {
            assertThat(sampled(schema(schema), 7, random)).isEqualTo("{\"name\":\"name\"}");
        }
    }

    @Test
    void after_a_marker_the_form_holds_and_before_it_none() {
        JsonNode form = read("{\"type\":\"json_object\"}");
        Random random = new Random(31);
        for (int run = 0; run < 200; run++) {
            TokenConstraint constraint = form(FORMAT, form).constraintAfterReasoning(60, "max_tokens");

            String answer = sampled(constraint, 12 + random.nextInt(100), random);

            String json = answer.substring(answer.indexOf("</think>") + "</think>".length());
            assertThat(read(json).isObject()).as(answer).isTrue();
        }
        TokenConstraint constraint = form(FORMAT, form).constraintAfterReasoning(60, "max_tokens");
        assertThat(accepts(constraint, "<</t</thin</think>{\"</think>\":1}")).isTrue();
    }

    @Test
    void a_marker_that_is_a_token_may_come_at_any_time() {
        JsonNode form = read("{\"type\":\"json_object\"}");
        TokenConstraint constraint = form(MARKED, form).constraintAfterReasoning(60, "max_tokens");
        long[] mask = new long[(TOKENS.size() + 63) / 64];
        constraint.accept('a');
        constraint.allow(mask, 50);
        assertThat(has(mask, USER)).isTrue();
        assertThat(has(mask, END)).isFalse();

        constraint.accept(USER);
        constraint.allow(mask, 50);

        assertThat(has(mask, '{')).isTrue();
        assertThat(has(mask, 'a')).isFalse();
        assertThat(has(mask, USER)).isFalse();
    }

    @Test
    void where_a_token_ends_the_text_the_smallest_answer_has_room_behind_it() {
        JsonNode form = read("{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"const\":{\"a\":[10,true]}}}}");
        int least = "{\"a\":[10,true]}".length() + 1;
        Random random = new Random(33);
        for (int more = 0; more < 12; more++) {
            for (int run = 0; run < 100; run++) {
                TokenConstraint constraint =
                        form(MARKED, form).constraintAfterReasoning(1 + least + more, "max_tokens");

                String answer = sampled(constraint, 1 + least + more, random);

                String json = answer.substring(answer.indexOf("<|user|>") + "<|user|>".length());
                assertThat(read(json).at("/a/1").booleanValue()).as(answer).isTrue();
            }
        }
    }

    @Test
    void an_answer_without_room_behind_its_reasoning_is_refused() {
        JsonNode form = read("{\"type\":\"json_object\"}");

        assertThat(form(MARKED, form).constraintAfterReasoning(3, "max_tokens")).isNotNull();
        assertThatThrownBy(() -> form(MARKED, form).constraintAfterReasoning(2, "messages"))
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        e -> assertThat(e.param()).isEqualTo("messages"));
    }

    @Test
    void text_needs_no_form() throws IOException {
        assertThat(FORMAT.form(null)).isNull();
        assertThat(FORMAT.form(MAPPER.readTree("{\"type\":\"text\"}"))).isNull();
    }
}
