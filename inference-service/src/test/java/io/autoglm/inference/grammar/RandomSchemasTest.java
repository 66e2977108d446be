package io.autoglm.inference.grammar;

import static io.autoglm.inference.grammar.Answers.sampled;
import static io.autoglm.inference.grammar.Answers.schema;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.sampling.InvalidParameterException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RandomSchemasTest {

    @Test
    void whatever_is_sent_as_a_schema_is_compiled_or_refused() {
        Random random = new Random(41);
        RandomSchemas schemas = new RandomSchemas(random);
        int compiled = 0;
        int refused = 0;
        for (int run = 0; run < 4000; run++) {
            JsonNode schema = random.nextBoolean() ? schemas.senseless(4) : schemas.broken();
            try {
                JsonSchemaRules.compile(schema);
                compiled++;
            } catch (InvalidParameterException e) {
                assertThat(e.param()).isEqualTo("response_format");
                refused++;
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError(schema.toString(), e);
            }
        }
        assertThat(compiled).isGreaterThan(500);
        assertThat(refused).isGreaterThan(500);
    }

    @Test
    void whatever_the_schema_a_model_without_any_sense_writes_what_is_valid_and_ends_in_time() {
        Random random = new Random(43);
        RandomSchemas schemas = new RandomSchemas(random);
        int written = 0;
        for (int run = 0; run < 400; run++) {
            ObjectNode schema = schemas.sensible();
            int shortest;
            try {
                shortest = JsonSchemaRules.compile(schema).shortestAnswer();
            } catch (InvalidParameterException e) {
                continue;
            }
            for (int answers = 0; answers < 3; answers++) {
                String answer = sampled(schema(schema.toString()), shortest + 1 + random.nextInt(120), random);

                assertThat(new SchemaCheck(schema).holds(Answers.read(answer)))
                        .as("%s for %s", answer, schema)
                        .isTrue();
                written++;
            }
        }
        assertThat(written).isGreaterThan(400);
    }
}
