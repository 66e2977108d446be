package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.NanoProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@TestProfile(NanoProfile.class)
class RerankTest extends ServedTest {

    private JsonNode asked(String path, String fields) {
        return answered(path, "{\"model\":\"autoglm-nano\"," + fields + "}");
    }

    @Test
    void documents_come_best_first_and_equals_in_the_order_of_the_request() {
        JsonNode answer = asked(
                "/v1/rerank",
                "\"query\":\"打开微信\",\"documents\":[\"what is the weather\",{\"text\":\"打开微信\"},\"打开微信\",\"打开相机\"]");

        JsonNode results = answer.path("results");
        assertThat(answer.path("id").textValue()).startsWith("rerank-");
        assertThat(answer.path("model").textValue()).isEqualTo("autoglm-nano");
        assertThat(results).hasSize(4);
        assertThat(results.path(0).path("index").intValue()).isEqualTo(1);
        assertThat(results.path(1).path("index").intValue()).isEqualTo(2);
        assertThat(results.path(0).path("relevance_score").doubleValue()).isBetween(1 - 1e-5, 1.0);
        assertThat(StreamSupport.stream(results.spliterator(), false)
                        .mapToDouble(result -> -result.path("relevance_score").doubleValue()))
                .isSorted();
        assertThat(results.path(0).at("/document/text").textValue()).isEqualTo("打开微信");
        assertThat(answer.at("/usage/total_tokens").intValue()).isPositive();
        assertThat(answer.at("/usage/total_tokens")).isEqualTo(answer.at("/usage/prompt_tokens"));
    }

    @Test
    void a_score_is_the_cosine_of_the_embeddings() {
        JsonNode vectors =
                asked("/v1/embeddings", "\"input\":[\"hello\",\"a letter\"]").path("data");
        double cosine = 0;
        for (int i = 0; i < 256; i++) {
            cosine += vectors.at("/0/embedding/" + i).doubleValue()
                    * vectors.at("/1/embedding/" + i).doubleValue();
        }

        JsonNode answer = asked("/v1/rerank", "\"query\":\"hello\",\"documents\":[\"a letter\"]");

        assertThat(answer.at("/results/0/relevance_score").doubleValue()).isBetween(cosine - 1e-4, cosine + 1e-4);
    }

    @Test
    void only_the_best_are_told_and_without_their_text_where_that_is_asked_for() {
        JsonNode answer = asked(
                "/rerank", "\"query\":\"b\",\"documents\":[\"a\",\"b\",\"c\"],\"top_n\":1,\"return_documents\":false");

        assertThat(answer.path("results")).hasSize(1);
        assertThat(answer.at("/results/0/index").intValue()).isEqualTo(1);
        assertThat(answer.at("/results/0").has("document")).isFalse();
    }

    @ParameterizedTest(name = "{1}: {0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    "documents":["a"]                                      | query
                    "query":"","documents":["a"]                           | query
                    "query":7,"documents":["a"]                            | query
                    "query":"a"                                            | documents
                    "query":"a","documents":[]                             | documents
                    "query":"a","documents":"a"                            | documents
                    "query":"a","documents":["a",7]                        | documents[1]
                    "query":"a","documents":["a",""]                       | documents[1]
                    "query":"a","documents":[{"title":"a"}]                | documents[0].text
                    "query":"a","documents":["a"],"top_n":0                | top_n
                    "query":"a","documents":["a"],"return_documents":"yes" | return_documents
                    """)
    void a_field_at_fault_is_named(String fields, String param) {
        Client.Answer answer = client.post("/v1/rerank", "{\"model\":\"autoglm-nano\"," + fields + "}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.json().at("/error/param").textValue()).isEqualTo(param);
    }
}
