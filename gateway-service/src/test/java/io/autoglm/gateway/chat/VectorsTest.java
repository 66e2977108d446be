package io.autoglm.gateway.chat;

import static io.autoglm.gateway.neighbours.Client.error;
import static io.autoglm.gateway.neighbours.Client.header;
import static io.autoglm.gateway.neighbours.Client.post;
import static io.autoglm.gateway.neighbours.Client.send;
import static io.autoglm.gateway.neighbours.Client.to;
import static io.autoglm.gateway.neighbours.Client.withKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.gateway.neighbours.Client;
import io.autoglm.gateway.neighbours.Neighbours;
import io.autoglm.gateway.neighbours.ScriptedInstance;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Everything that a model is asked for and that is not generated.
@QuarkusTest
@WithTestResource(Neighbours.class)
class VectorsTest {
    private static final String EMBED = "{ \"model\":\"nano\",\"input\":[\"a\",\"b\"],\"new_field\":1e2 }";

    /// Set by the test resource before each test.
    @SuppressWarnings("NullAway.Init")
    Neighbours neighbours;

    @BeforeEach
    void everybodyIsUp() {
        neighbours.reset();
        // The breaker of an earlier test may still be open.
        await().until(() ->
                header(post("/v1/embeddings", EMBED), "x-autoglm-degraded").isEmpty());
        neighbours.scheduler.everyLeaseIsBack();
        neighbours.reset();
    }

    @AfterEach
    void everyLeaseCameBackOnce() {
        neighbours.scheduler.everyLeaseIsBack();
    }

    private static JsonObject vectors(int numbers) {
        return new JsonObject()
                .put(
                        "data",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("embedding", new JsonArray(Collections.nCopies(numbers, 0.125)))))
                .put("usage", new JsonObject().put("prompt_tokens", 9).put("total_tokens", 9));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    /v1/embeddings | /v1/embeddings | {"model":"nano", "input":[[1,2],[3]],"stream":true,"x":0.10}
                    /v1/rerank     | /v1/rerank     | {"model":"nano", "query":"q","documents":[{"text":"a"}],"top_n":1}
                    /rerank        | /v1/rerank     | {"model":"nano", "query":"q","documents":["a"],"stream_options":7}
                    /tokenize      | /tokenize      | {"model":"nano", "prompt":"hello","return_token_strs":true}
                    /tokenize      | /tokenize      | {"model":"nano", "messages":[{"role":"user","content":"hello"}]}
                    /detokenize    | /detokenize    | {"model":"nano", "tokens":[1,2,3]}
                    """)
    void the_callers_own_bytes_go_to_an_instance_and_its_answer_comes_back(String path, String asked, String body) {
        neighbours.first.next(received -> ScriptedInstance.json(received, 200, vectors(3)));

        HttpResponse<String> response = post(path, body);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(vectors(3).encode());
        assertThat(header(response, "x-autoglm-instance")).isEqualTo("instance-1");
        ScriptedInstance.Received received = neighbours.first.received().getFirst();
        assertThat(received.raw()).hasToString(body);
        assertThat(received.request().path()).isEqualTo(asked);
        assertThat(received.header("accept")).isEqualTo("application/json");
        assertThat(neighbours.scheduler.outcome().getString("result")).isEqualTo("ok");
    }

    @Test
    void an_instance_that_dies_or_is_full_costs_a_try_on_another() {
        // Whatever is sent to it: a connection that was kept may be tried once more.
        neighbours.first.always(ScriptedInstance::dropConnection);
        neighbours.second.next(received -> ScriptedInstance.json(received, 200, vectors(1)));
        HttpResponse<String> afterDeath = post("/v1/embeddings", EMBED);
        neighbours.first.always(ScriptedInstance.refusing(503, "full"));
        neighbours.second.next(received -> ScriptedInstance.json(received, 200, vectors(2)));
        HttpResponse<String> afterRefusal = post("/v1/embeddings", EMBED);

        assertThat(afterDeath.body()).isEqualTo(vectors(1).encode());
        assertThat(afterRefusal.body()).isEqualTo(vectors(2).encode());
    }

    @Test
    void the_tokens_of_a_large_answer_are_counted_and_its_bytes_are_kept() {
        // Not what is sent before each test, whose tokens may be counted only now.
        double before = counted("rerank");
        neighbours.first.next(received -> ScriptedInstance.json(received, 200, vectors(200_000)));

        HttpResponse<String> response =
                post("/v1/rerank", "{\"model\":\"nano\",\"query\":\"q\",\"documents\":[\"a\"]}");

        assertThat(response.body()).isEqualTo(vectors(200_000).encode());
        await().until(() -> counted("rerank") == before + 9);
    }

    private static double counted(String operation) {
        return Client.management("/metrics")
                .lines()
                .filter(line -> line.startsWith("gen_ai_client_token_usage_sum{")
                        && line.contains("gen_ai_operation_name=\"" + operation + "\"")
                        && line.contains("gen_ai_token_type=\"input\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void an_instances_own_words_about_a_wrong_request_are_passed_on() {
        neighbours.first.next(ScriptedInstance.refusing(400, "'dimensions' must be between 1 and 256"));

        HttpResponse<String> response = post("/v1/embeddings", EMBED);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response).getString("message")).contains("dimensions");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    /v1/embeddings | {"input":"a"}                      | model
                    /v1/embeddings | {"model":"nano"}                   | input
                    /v1/embeddings | {"model":"nano","input":null}      | input
                    /v1/rerank     | {"model":"nano","documents":["a"]} | query
                    /rerank        | {"model":"nano","query":"a"}       | documents
                    /tokenize      | {"prompt":"a"}                     | model
                    /detokenize    | {"model":"nano"}                   | tokens
                    """)
    void a_field_at_fault_is_named_before_anybody_is_asked(String path, String body, String param) {
        HttpResponse<String> response = post(path, body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response).getString("param")).isEqualTo(param);
        assertThat(neighbours.scheduler.asked()).isEmpty();
    }

    @Test
    void only_a_chat_has_a_session() {
        HttpResponse<String> response = post("/v1/embeddings", EMBED, "X-Session-Id", "alice");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response).getString("param")).isEqualTo("X-Session-Id");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/embeddings",
                "/v1/rerank",
                "/rerank",
                "/tokenize",
                "/detokenize",
                "/rerank/",
                "/tokenize/",
                "/detokenize/"
            })
    void nobody_asks_a_model_without_a_key_and_a_role(String path) {
        int anonymous = send(to(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(EMBED)))
                .statusCode();
        int roleless = send(withKey(path)
                        .setHeader("Authorization", "Bearer " + Neighbours.ROLELESS_KEY)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(EMBED)))
                .statusCode();

        assertThat(anonymous).isEqualTo(401);
        assertThat(roleless).isEqualTo(403);
        assertThat(neighbours.first.received()).isEmpty();
        int method = send(withKey(path).GET()).statusCode();
        assertThat(method).isEqualTo(path.endsWith("/") ? 404 : 405);
    }
}
