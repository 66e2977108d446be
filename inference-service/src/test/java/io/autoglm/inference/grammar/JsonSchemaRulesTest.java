package io.autoglm.inference.grammar;

import static io.autoglm.inference.grammar.Answers.accepts;
import static io.autoglm.inference.grammar.Answers.read;
import static io.autoglm.inference.grammar.Answers.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.inference.sampling.InvalidParameterException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonSchemaRulesTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"allOf":{"a":1}}                                                 | # has a 'allOf'
        {"allOf":[]}                                                      | # has a 'allOf'
        {"anyOf":"x"}                                                     | # has a 'anyOf'
        {"properties":{"a":{"oneOf":[1]}}}                                | #/properties/a has a 'oneOf'
        {"enum":{}}                                                       | # has a 'enum'
        {"enum":[]}                                                       | # has a 'enum'
        {"type":"object","required":"a"}                                  | # has a 'required'
        {"required":[1]}                                                  | # has a 'required'
        {"properties":[]}                                                 | # has a 'properties'
        {"properties":{"a/b":{"properties":{"c":1}}}}                     | #/properties/a~1b has a 'properties'
        {"type":"array","items":[{}]}                                     | # has a 'items'
        {"additionalProperties":"no"}                                     | # has a 'additionalProperties'
        {"type":"str"}                                                    | "str"
        {"type":[]}                                                       | # has a 'type'
        {"$ref":1}                                                        | # has a '$ref'
        {"minLength":-1}                                                  | # has a 'minLength'
        {"minLength":1.5}                                                 | # has a 'minLength'
        {"maxItems":"2"}                                                  | # has a 'maxItems'
        {"const":1e999}                                                   | number that is too large
        {"const":"\\ud800"}                                               | surrogate
        {"$ref":"#/$defs/none"}                                           | #/$defs/none
        {"$ref":"other.json"}                                             | other.json
        {"$ref":"#name"}                                                  | no JSON pointer
        {"$ref":"#/%zz"}                                                  | no JSON pointer
        """)
    void what_is_malformed_is_refused_with_its_name_and_place(String schema, String said) {
        refused(schema, said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"type":"string","pattern":"a+"}                                            | # has the keyword 'pattern'
        {"properties":{"a":{"type":"integer","minimum":0}}}                         | #/properties/a has the keyword 'minimum'
        {"items":{"$ref":"#/$defs/a"},"$defs":{"a":{"not":{}}}}                     | #/$defs/a has the keyword 'not'
        {"uniqueItems":true,"type":"array"}                                         | # has the keyword 'uniqueItems'
        {"anyOf":[{"type":"null"},{"minProperties":1}]}                             | #/anyOf/1 has the keyword 'minProperties'
        {"minLenght":1}                                                             | # has the keyword 'minLenght'
        {"enum":["a","b"],"minLength":1}                                            | 'minLength' beside 'const' or 'enum'
        {"oneOf":[{"type":"integer"},{"type":"number"}]}                            | alternatives 0 and 1 might both hold
        {"oneOf":[{"type":"null"},{"const":1},{"enum":[2,1.0]}]}                    | alternatives 1 and 2 might both hold
        {"oneOf":[{"properties":{"a":{}}},{"properties":{"b":{}}}]}                 | alternatives 0 and 1 might both hold
        """)
    void what_is_not_kept_is_refused_by_its_name(String schema, String said) {
        refused(schema, said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"type":"string","minLength":3,"maxLength":2}                               | no value can satisfy
        {"type":"array","minItems":3,"maxItems":2}                                  | no value can satisfy
        {"properties":{"a":{"allOf":[{"minLength":3},{"maxLength":2}]}}}            | no value can satisfy
        {"$ref":"#"}                                                                | no JSON value can satisfy
        {"type":"object","required":["a"],"properties":{"a":false}}                 | no JSON value can satisfy
        {"required":["b"],"properties":{"a":{}},"additionalProperties":false}       | no JSON value can satisfy
        {"type":"object","required":["a"],"properties":{"a":{"$ref":"#"}}}          | no JSON value can satisfy
        {"allOf":[{"type":"string"},{"type":"null"}]}                               | no JSON value can satisfy
        {"const":1,"type":"string"}                                                 | no JSON value can satisfy
        {"allOf":[{"$ref":"#"}]}                                                    | to itself
        """)
    void what_nothing_can_satisfy_is_refused(String schema, String said) {
        refused(schema, said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"type":"string","enum":["a","b"],"title":"T","description":"D","default":"a"}              | "b"                     | "c"
        {"type":"integer","enum":["a",1,1.5]}                                                       | 1                       | "a"
        {"type":"string","format":"date","x-order":1,"examples":[]}                                 | "no date"               | 1
        {"minLength":2}                                                                             | "ab"                    | "a"
        {"maxItems":1}                                                                              | [1]                     | [1,1]
        {"items":{"type":"null"}}                                                                   | [null]                  | [1]
        {"required":["a"]}                                                                          | {"a":1,"b":2}           | {"b":1}
        {"required":["b"],"additionalProperties":{"type":"null"}}                                   | {"b":null}              | {"b":1
        {"type":["string","null"],"minLength":1}                                                    | null                    | ""
        {"type":["integer","number"]}                                                               | 1.5                     | "
        {"$ref":"#/$defs/s","maxLength":1,"$defs":{"s":{"type":"string"}}}                          | "a"                     | "aa
        {"$ref":"#/%24defs/s%7E1","$defs":{"s/":{"const":1}}}                                       | 1                       | 2
        {"allOf":[{"minLength":2},{"maxLength":2}]}                                                 | "ab"                    | "a"
        {"properties":{"a":{}},"anyOf":[{"required":["a"]},{"properties":{"b":{"const":1}},"required":["b"]}]} | {"b":1}      | {}
        {"properties":{"a":{"type":"string"}},"allOf":[{"properties":{"a":{"maxLength":1}}}]}       | {"a":"x"}               | {"a":"xx
        {"properties":{"a":{}},"additionalProperties":false,"anyOf":[{"properties":{"b":{}}}]}      | {"a":1}                 | {"b"
        {"oneOf":[{"type":"string"},{"type":"null"}],"minLength":1}                                 | "x"                     | ""
        {"oneOf":[{"properties":{"k":{"const":"a"}},"required":["k"]},{"properties":{"k":{"const":"b"},"n":{}},"required":["k"]}]} | {"k":"b","n":1} | {"k":"c"
        {"oneOf":[{"properties":{"a":{}},"required":["a"]},{"properties":{"b":{}},"required":["b"]}]} | {"b":1}               | {}
        {"anyOf":[{"type":"null"},{"properties":{"next":{"$ref":"#"}}}]}                            | {"next":{"next":null}}  | {"next":1
        {"properties":{"next":{"allOf":[{"$ref":"#"}]},"n":{"const":1}}}                            | {"next":{"n":1}}        | {"next":{"n":2
        {"properties":{"next":{"$ref":"#","required":["n"]},"n":{"const":1}}}                       | {"next":{"n":1}}        | {"next":{}
        {"uniqueItems":false,"items":{"const":1}}                                                   | [1,1]                   | [2
        """)
    void what_stands_beside_each_other_holds_together(String schema, String fits, String wrong) {
        assertThat(accepts(schema(schema), fits)).as(fits).isTrue();
        assertThat(new SchemaCheck(read(schema)).holds(read(fits))).as(fits).isTrue();
        assertThat(accepts(schema(schema), wrong)).as(wrong).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"ab":1,"é":1,"q\\"":1,"a":2,"abc":2,"":2,"è":2,"éé":2,"q":2,"\\n":2}   | true
        {"ab":1,"ab"                                                            | false
        {"é":1,"é"                                                              | false
        {"q\\"":1,"q\\""                                                        | false
        {"x":1,"ab"                                                             | false
        {"ab":1,"\\u0061                                                        | false
        """)
    void a_declared_name_is_not_written_again_as_an_additional_one(String document, boolean allowed) {
        String open =
                "{\"properties\":{\"ab\":{},\"é\":{},\"q\\\"\":{}},\"additionalProperties\":{\"type\":\"integer\"}}";

        assertThat(accepts(schema(open), document)).isEqualTo(allowed);
    }

    @Test
    void a_schema_that_is_too_large_is_refused() {
        refused("{\"const\":\"" + "a".repeat(300_000) + "\"}", "longer than 262144 characters");
        refused("{\"const\":\"" + "a".repeat(20_000) + "\"}", "more than 16384 characters");
        refused("{\"properties\":{\"" + "a".repeat(2000) + "\":{}}}", "name of more than 1000 characters");
        refused(Schemata.optional(1001), "more than 1000 properties");
        refused("{\"items\":".repeat(70) + "{}" + "}".repeat(70), "nested deeper than 64");
        refused("{\"allOf\":[".repeat(70) + "{}" + "]}".repeat(70), "nested deeper than 64");
        refused("{\"anyOf\":[{}" + ",{}".repeat(60_000) + "]}", "more than 20000 parts");
        refused("{\"oneOf\":[{}" + ",{\"type\":\"null\"}".repeat(300) + "]}", "might both hold");
        refused(Schemata.doubling(60), "more than 1000 parts to be read together");
    }

    private static void refused(String schema, String said) {
        assertThatThrownBy(() -> schema(schema))
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        e -> assertThat(e.param()).isEqualTo("response_format"))
                .hasMessageContaining(said)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(600));
    }
}
