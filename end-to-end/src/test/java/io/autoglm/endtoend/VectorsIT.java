package io.autoglm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.errors.BadRequestException;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams.EncodingFormat;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import io.autoglm.endtoend.stack.Http;
import io.autoglm.endtoend.stack.PackagedStack;
import io.autoglm.endtoend.stack.SharedStack;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Embeddings, rerank and tokens through the gateway.
@ExtendWith(SharedStack.class)
class VectorsIT {
    private static final int DIMENSIONS = 256;

    private final PackagedStack stack;
    private final OpenAIClient client;

    VectorsIT(PackagedStack stack) {
        this.stack = stack;
        this.client = Clients.openai(stack);
    }

    private static EmbeddingCreateParams.Builder embed(String... texts) {
        return EmbeddingCreateParams.builder().model(PackagedStack.MODEL).inputOfArrayOfStrings(List.of(texts));
    }

    private List<List<Float>> vectors(EmbeddingCreateParams.Builder params) {
        CreateEmbeddingResponse response = client.embeddings().create(params.build());
        for (int i = 0; i < response.data().size(); i++) {
            assertThat(response.data().get(i).index()).isEqualTo(i);
        }
        return response.data().stream().map(each -> each.validate().embedding()).toList();
    }

    private static double cosine(List<Float> one, List<Float> other) {
        assertThat(one).hasSameSizeAs(other);
        return IntStream.range(0, one.size())
                .mapToDouble(i -> one.get(i) * (double) other.get(i))
                .sum();
    }

    @Test
    void texts_become_vectors_of_length_one_in_both_encodings() {
        List<List<Float>> plain = vectors(embed("打开微信", "what is the weather").encodingFormat(EncodingFormat.FLOAT));
        List<List<Float>> coded = vectors(embed("打开微信", "what is the weather").encodingFormat(EncodingFormat.BASE64));
        List<List<Float>> byDefault = vectors(embed("打开微信", "what is the weather"));

        for (int i = 0; i < 2; i++) {
            assertThat(plain.get(i)).hasSize(DIMENSIONS);
            assertThat(cosine(plain.get(i), plain.get(i))).isCloseTo(1, within(1e-5));
            assertThat(cosine(plain.get(i), coded.get(i))).isCloseTo(1, within(1e-5));
            assertThat(cosine(plain.get(i), byDefault.get(i))).isCloseTo(1, within(1e-5));
        }
        assertThat(cosine(plain.get(0), plain.get(1))).isLessThan(0.999);
    }

    @Test
    void the_tokens_of_an_embedding_are_those_of_its_text() throws IOException {
        long used =
                client.embeddings().create(embed("hello world").build()).usage().totalTokens();

        JsonNode tokens = answered("/tokenize", "{\"model\":\"autoglm-nano\",\"prompt\":\"hello world\"}");

        assertThat(tokens.path("count").longValue()).isEqualTo(used);
        String ofTokens = "{\"model\":\"autoglm-nano\",\"tokens\":" + tokens.path("tokens") + "}";
        assertThat(answered("/detokenize", ofTokens).path("prompt").textValue()).endsWith("hello world");
    }

    @Test
    void a_wrong_dimension_is_named() {
        assertThatThrownBy(() -> vectors(embed("x").dimensions(DIMENSIONS + 1)))
                .isInstanceOfSatisfying(
                        BadRequestException.class,
                        refused -> assertThat(refused.param()).contains("dimensions"));
    }

    @Test
    void langchain_embeds_many_texts_in_order() {
        OpenAiEmbeddingModel model = OpenAiEmbeddingModel.builder()
                .baseUrl(stack.baseUrl())
                .apiKey(PackagedStack.KEY)
                .modelName(PackagedStack.MODEL)
                .build();
        List<TextSegment> texts = IntStream.range(0, 50)
                .mapToObj(i -> TextSegment.from("number " + i % 5))
                .toList();

        var embedded = model.embedAll(texts).content();

        assertThat(embedded).hasSize(50);
        for (int i = 0; i < 50; i++) {
            assertThat(cosine(
                            embedded.get(i).vectorAsList(), embedded.get(i % 5).vectorAsList()))
                    .isCloseTo(1, within(1e-4));
        }
    }

    @Test
    void documents_are_ordered_by_their_nearness_to_the_query() throws IOException {
        JsonNode answer = answered("/rerank", """
                {"model":"autoglm-nano","query":"打开微信","documents":["how are you","打开微信","今天天气"],"top_n":2}""");

        assertThat(answer.path("results")).hasSize(2);
        assertThat(answer.at("/results/0/index").intValue()).isEqualTo(1);
        assertThat(answer.at("/results/0/relevance_score").doubleValue()).isCloseTo(1, within(1e-4));
    }

    private JsonNode answered(String path, String body) throws IOException {
        Http.Answer answer =
                Http.post(stack.gatewayUrl() + path, Map.of("Authorization", "Bearer " + PackagedStack.KEY), body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }
}
