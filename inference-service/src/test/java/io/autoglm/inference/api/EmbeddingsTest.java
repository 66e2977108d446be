package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.NanoProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@TestProfile(NanoProfile.class)
class EmbeddingsTest extends ServedTest {

    private static final String PATH = "/v1/embeddings";
    private static final int DIMENSIONS = 256;

    private JsonNode embedded(String input, String more) {
        return answered(PATH, "{\"model\":\"autoglm-nano\",\"input\":" + input + more + "}");
    }

    private static List<Float> vector(JsonNode embedding) {
        return StreamSupport.stream(embedding.spliterator(), false)
                .map(JsonNode::floatValue)
                .toList();
    }

    private static double length(List<Float> vector) {
        return Math.sqrt(vector.stream().mapToDouble(x -> x * (double) x).sum());
    }

    @Test
    void an_embedding_has_the_published_shape_and_length_one() {
        JsonNode answer = embedded("\"打开微信\"", ",\"user\":\"alice\"");

        assertThat(answer.path("object").textValue()).isEqualTo("list");
        assertThat(answer.path("model").textValue()).isEqualTo("autoglm-nano");
        assertThat(answer.path("data")).hasSize(1);
        assertThat(answer.at("/data/0/object").textValue()).isEqualTo("embedding");
        assertThat(answer.at("/data/0/index").intValue()).isZero();
        assertThat(vector(answer.at("/data/0/embedding"))).hasSize(DIMENSIONS);
        assertThat(length(vector(answer.at("/data/0/embedding")))).isBetween(1 - 1e-5, 1 + 1e-5);
        int tokens =
                answered("/tokenize", "{\"prompt\":\"打开微信\"}").path("count").intValue();
        assertThat(answer.path("usage").toString())
                .isEqualTo("{\"prompt_tokens\":" + tokens + ",\"total_tokens\":" + tokens + "}");
    }

    @Test
    void texts_and_tokens_and_lists_of_them_give_the_same_vectors() {
        JsonNode first = answered("/tokenize", "{\"prompt\":\"hello\"}").path("tokens");
        JsonNode second =
                answered("/tokenize", "{\"prompt\":\"a longer text\"}").path("tokens");

        JsonNode texts = embedded("[\"hello\",\"a longer text\"]", "").path("data");

        assertThat(texts.path(0).path("embedding")).isNotEqualTo(texts.path(1).path("embedding"));
        assertClose(texts.path(0), embedded("\"hello\"", "").at("/data/0"));
        assertClose(texts.path(0), embedded(first.toString(), "").at("/data/0"));
        JsonNode lists = embedded("[" + first + "," + second + "]", "").path("data");
        assertClose(texts.path(0), lists.path(0));
        assertClose(texts.path(1), lists.path(1));
    }

    /// Chunks of other lengths round differently.
    private static void assertClose(JsonNode one, JsonNode other) {
        assertThat(cosine(vector(one.path("embedding")), vector(other.path("embedding"))))
                .isGreaterThan(1 - 1e-5);
        assertThat(one.path("index").isInt()).isTrue();
    }

    private static double cosine(List<Float> one, List<Float> other) {
        assertThat(one).hasSameSizeAs(other);
        return IntStream.range(0, one.size())
                .mapToDouble(i -> one.get(i) * (double) other.get(i))
                .sum();
    }

    @Test
    void base64_holds_the_same_numbers_as_little_endian_floats() {
        List<Float> plain = vector(embedded("\"hello\"", "").at("/data/0/embedding"));
        JsonNode coded =
                embedded("\"hello\"", ",\"encoding_format\":\"base64\"").at("/data/0/embedding");

        ByteBuffer bytes =
                ByteBuffer.wrap(Base64.getDecoder().decode(coded.textValue())).order(ByteOrder.LITTLE_ENDIAN);
        List<Float> decoded =
                IntStream.range(0, DIMENSIONS).mapToObj(i -> bytes.getFloat()).toList();
        assertThat(bytes.hasRemaining()).isFalse();
        assertThat(cosine(plain, decoded)).isBetween(1 - 1e-5, 1 + 1e-5);
    }

    @Test
    void fewer_dimensions_are_the_first_ones_at_length_one() {
        List<Float> whole = vector(embedded("\"hello\"", "").at("/data/0/embedding"));
        List<Float> few = vector(embedded("\"hello\"", ",\"dimensions\":10").at("/data/0/embedding"));

        assertThat(few).hasSize(10);
        assertThat(length(few)).isBetween(1 - 1e-5, 1 + 1e-5);
        assertThat(cosine(few, whole.subList(0, 10)) / length(whole.subList(0, 10)))
                .isGreaterThan(1 - 1e-5);
    }

    @Test
    void more_texts_than_the_line_has_room_for_are_embedded_in_order() {
        String texts =
                IntStream.range(0, 400).mapToObj(i -> "\"" + (i % 7) + "\"").collect(Collectors.joining(",", "[", "]"));

        JsonNode data = embedded(texts, ",\"dimensions\":8").path("data");

        assertThat(data).hasSize(400);
        for (int i = 0; i < 400; i++) {
            assertThat(data.path(i).path("index").intValue()).isEqualTo(i);
            assertClose(data.path(i), data.path(i % 7));
        }
    }

    @Test
    void a_text_may_be_as_long_as_the_model_reads() {
        String tokens = IntStream.range(0, 2048)
                .mapToObj(i -> Integer.toString(300 + i % 50))
                .collect(Collectors.joining(",", "[", "]"));

        assertThat(embedded(tokens, "").at("/usage/total_tokens").intValue()).isEqualTo(2048);
    }

    @ParameterizedTest(name = "{1}: {0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    "input":null                                  | input
                    "input":""                                    | input
                    "input":["x",""]                              | input
                    "input":[]                                    | input
                    "input":[[]]                                  | input
                    "input":7                                     | input
                    "input":{"text":"x"}                          | input
                    "input":["x",[1]," ",7]                       | input
                    "input":[1.5]                                 | input
                    "input":[99999999]                            | input
                    "input":"x","encoding_format":"int8"          | encoding_format
                    "input":"x","encoding_format":7               | encoding_format
                    "input":"x","dimensions":0                    | dimensions
                    "input":"x","dimensions":257                  | dimensions
                    "input":"x","dimensions":"all"                | dimensions
                    "input":"x","model":"gpt-4"                   | model
                    """)
    void a_field_at_fault_is_named(String fields, String param) {
        String model = fields.contains("\"model\"") ? "" : ",\"model\":\"autoglm-nano\"";
        Client.Answer answer = client.post(PATH, "{" + fields + model + "}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(param.equals("model") ? 404 : 400);
        assertThat(answer.json().at("/error/param").textValue()).isEqualTo(param);
        assertThat(answer.json().at("/error/type").textValue()).isEqualTo("invalid_request_error");
    }

    @Test
    void too_many_and_too_long_texts_are_told_the_limits() {
        String many = "[" + "\"x\",".repeat(2048) + "\"x\"]";
        Client.Answer tooMany = client.post(PATH, "{\"model\":\"autoglm-nano\",\"input\":" + many + "}");
        Client.Answer tooLong =
                client.post(PATH, "{\"model\":\"autoglm-nano\",\"input\":[\"x\",\"" + "hello ".repeat(3000) + "\"]}");

        assertThat(tooMany.status()).isEqualTo(400);
        assertThat(tooMany.json().at("/error/message").textValue()).contains("at most 2048");
        assertThat(tooLong.status()).isEqualTo(400);
        assertThat(tooLong.json().at("/error/code").textValue()).isEqualTo("context_length_exceeded");
        assertThat(tooLong.json().at("/error/param").textValue()).isEqualTo("input");
    }

    @Test
    void of_a_text_the_last_tokens_are_read_where_that_is_asked_for() {
        String text = "\"one two three four five six seven eight nine ten\"";
        JsonNode all =
                client.post("/tokenize", "{\"prompt\":" + text + "}").json().path("tokens");
        String kept = IntStream.range(all.size() - 3, all.size())
                .mapToObj(i -> all.get(i).toString())
                .collect(Collectors.joining(","));

        String cut = "{\"model\":\"autoglm-nano\",\"input\":" + text + ",\"truncate_prompt_tokens\":3}";
        String same = "{\"model\":\"autoglm-nano\",\"input\":[" + kept + "]}";

        assertThat(client.post(PATH, cut).json().at("/usage/prompt_tokens").intValue())
                .isEqualTo(3);
        assertThat(client.post(PATH, cut).json().at("/data/0/embedding"))
                .isEqualTo(client.post(PATH, same).json().at("/data/0/embedding"));
    }

    @Test
    void a_client_that_goes_away_frees_its_slots() throws IOException {
        String tokens = IntStream.range(0, 2000).mapToObj(i -> "7").collect(Collectors.joining(","));
        String body = "{\"model\":\"autoglm-nano\",\"input\":["
                + IntStream.range(0, 80)
                        .mapToObj(i -> "[" + i + "," + tokens + "]")
                        .collect(Collectors.joining(","))
                + "]}";
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            socket.getOutputStream()
                    .write(("POST " + PATH + " HTTP/1.1\r\nhost: x\r\nauthorization: Bearer " + NanoProfile.TOKEN
                                    + "\r\ncontent-type: application/json\r\ncontent-length: " + bytes.length
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            await().until(() -> progress("running") > 0);
        }

        await().until(() -> progress("running") == 0 && progress("queued") == 0);
    }

    private int progress(String figure) {
        return client.get("/health").json().at("/progress/" + figure).intValue();
    }
}
