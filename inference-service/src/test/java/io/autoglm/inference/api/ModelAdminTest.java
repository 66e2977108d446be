package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.FakeScheduler;
import io.autoglm.inference.ModelsProfile;
import io.autoglm.inference.repository.NanoCopies;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@TestProfile(ModelsProfile.class)
@Timeout(180)
class ModelAdminTest extends ServedTest {

    private static final int TOKENS = 200;

    @SuppressWarnings("NullAway.Init") // the test resource injects it
    FakeScheduler.Seen scheduler;

    @Override
    @BeforeEach
    void connect() {
        client = new Client(base);
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        !client.get("/health").json().path("state").asText().equals("starting"));
        for (JsonNode model : client.get("/admin/models").json().path("data")) {
            String name = model.path("id").textValue();
            if (!name.equals("autoglm-nano") && !name.equals("second")) {
                client.send(client.request("/admin/models/" + name).DELETE());
            }
        }
        awaitStill();
    }

    /// Nothing loads, and nothing waits for its last request.
    private void awaitStill() {
        await().until(() -> StreamSupport.stream(
                        client.get("/admin/models").json().path("data").spliterator(), false)
                .allMatch(model ->
                        model.path("next").isNull() && model.path("draining").isEmpty()));
    }

    private Client.Answer put(String name, String body) {
        return client.send(client.request("/admin/models/" + name)
                .header("content-type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    private Client.Answer load(String name, Path path) {
        return put(name + "?wait=true", "{\"path\":\"" + path + "\"}");
    }

    private Client.Answer delete(String name) {
        return client.send(client.request("/admin/models/" + name).DELETE());
    }

    private static String chat(String model, String more) {
        return """
                {"model":"%s","messages":[{"role":"user","content":"你好, who are you?"}],\
                "temperature":0,"max_tokens":%d,"ignore_eos":true%s}""".formatted(model, TOKENS, more);
    }

    private static List<String> ids(JsonNode list) {
        List<String> ids = new ArrayList<>();
        list.path("data").forEach(model -> ids.add(model.path("id").textValue()));
        return ids;
    }

    @Test
    void two_models_are_served_from_the_start_and_each_request_gets_the_one_that_it_names() {
        assertThat(ids(client.get("/v1/models").json())).containsExactly("autoglm-nano", "second");
        for (String model : List.of("autoglm-nano", "second")) {
            Client.Answer answer = client.post("/v1/chat/completions", chat(model, ""));
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(answer.json().path("model").textValue()).isEqualTo(model);
        }
        assertThat(client.get("/v1/models/second").json().path("max_model_len").intValue())
                .isEqualTo(512);
    }

    @Test
    void where_there_are_several_a_text_to_tokenize_must_say_whose_tokens_are_meant() {
        Client.Answer unnamed = client.post("/tokenize", "{\"prompt\":\"hello\"}");
        Client.Answer named = client.post("/tokenize", "{\"model\":\"second\",\"prompt\":\"hello\"}");

        assertThat(unnamed.status()).isEqualTo(400);
        assertThat(unnamed.json().at("/error/param").textValue()).isEqualTo("model");
        assertThat(named.json().path("max_model_len").intValue()).isEqualTo(512);
    }

    @Test
    void a_model_that_is_loaded_is_served_listed_and_told_and_one_that_is_unloaded_is_not() {
        Path path = NanoCopies.version(ModelsProfile.FOLDER.resolve("third"), "third");

        Client.Answer loaded = load("third", path);

        assertThat(loaded.status()).as(loaded.body()).isEqualTo(200);
        assertThat(loaded.json().path("state").textValue()).isEqualTo("ready");
        assertThat(loaded.json().path("kept").booleanValue()).isTrue();
        assertThat(loaded.json().at("/serving/path").textValue()).isEqualTo(path.toString());
        assertThat(ids(client.get("/v1/models").json())).contains("third");
        assertThat(client.post("/v1/chat/completions", chat("third", "")).status())
                .isEqualTo(200);
        await().until(() -> told("third"));
        assertThat(client.get("/metrics").body()).contains("model_name=\"third\"");

        Client.Answer unloaded = delete("third");

        assertThat(unloaded.status()).isEqualTo(200);
        assertThat(unloaded.json().path("deleted").booleanValue()).isTrue();
        Client.Answer absent = client.post("/v1/chat/completions", chat("third", ""));
        assertThat(absent.status()).isEqualTo(404);
        assertThat(absent.json().at("/error/code").textValue()).isEqualTo("model_not_found");
        await().until(() -> !told("third"));
        awaitStill();
        assertThat(client.get("/metrics").body()).doesNotContain("model_name=\"third\"");
        assertThat(delete("third").status()).isEqualTo(404);
    }

    private boolean told(String model) {
        JsonNode report = scheduler.reports().getLast();
        return StreamSupport.stream(report.path("models").spliterator(), false)
                .anyMatch(told -> told.path("id").textValue().equals(model)
                        && told.at("/load/slots").intValue() > 0);
    }

    @Test
    void twenty_streams_across_a_swap_are_all_whole() throws Exception {
        load("swapped", NanoCopies.version(ModelsProfile.FOLDER.resolve("swapped-1"), "1"));
        String before = client.get("/admin/models/swapped")
                .json()
                .at("/serving/version")
                .textValue();
        Path next = NanoCopies.version(ModelsProfile.FOLDER.resolve("swapped-2"), "2");
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Client.Answer>> streams = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                streams.add(clients.submit(() -> client.post(
                        "/v1/chat/completions",
                        chat("swapped", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"))));
            }
            await().until(() -> client.get("/admin/models/swapped")
                            .json()
                            .at("/serving/requests")
                            .intValue()
                    > 10);

            Client.Answer swapped = load("swapped", next);

            assertThat(swapped.status()).as(swapped.body()).isEqualTo(200);
            assertThat(swapped.json().at("/serving/version").textValue()).isNotEqualTo(before);
            assertThat(swapped.json().at("/draining/0/version").textValue()).isEqualTo(before);
            assertThat(client.post("/v1/chat/completions", chat("swapped", "")).status())
                    .isEqualTo(200);
            for (Future<Client.Answer> stream : streams) {
                List<JsonNode> events = Client.events(stream.get());
                assertThat(events.getLast().at("/usage/completion_tokens").intValue())
                        .isEqualTo(TOKENS);
                assertThat(events)
                        .anyMatch(event ->
                                event.at("/choices/0/finish_reason").asText().equals("length"));
            }
        }
        awaitStill();
        assertThat(client.get("/admin/models/swapped").json().path("draining")).isEmpty();
    }

    @Test
    void a_stream_that_runs_when_its_model_is_unloaded_is_whole() throws Exception {
        load("leaving", NanoCopies.version(ModelsProfile.FOLDER.resolve("leaving"), "1"));
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Client.Answer> stream =
                    clients.submit(() -> client.post("/v1/chat/completions", chat("leaving", ",\"stream\":true")));
            await().until(() -> client.get("/admin/models/leaving")
                            .json()
                            .at("/serving/requests")
                            .intValue()
                    > 0);

            assertThat(delete("leaving").status()).isEqualTo(200);
            assertThat(client.post("/v1/chat/completions", chat("leaving", "")).status())
                    .isEqualTo(404);

            assertThat(Client.events(stream.get())).hasSizeGreaterThan(10);
        }
    }

    @Test
    void a_load_without_waiting_is_accepted_and_can_be_watched() {
        Path path = NanoCopies.version(ModelsProfile.FOLDER.resolve("watched"), "1");

        Client.Answer accepted = put("watched", "{\"path\":\"" + path + "\",\"slots\":1,\"max_tokens\":300}");

        assertThat(accepted.status()).isIn(200, 202);
        await().until(() -> client.get("/admin/models/watched")
                .json()
                .path("state")
                .asText()
                .equals("ready"));
        JsonNode serving = client.get("/admin/models/watched").json().path("serving");
        assertThat(serving.path("slots").intValue()).isEqualTo(1);
        assertThat(serving.path("max_tokens").intValue()).isEqualTo(300);
    }

    @Test
    void the_last_model_can_be_unloaded_and_the_instance_stays_up_unready_until_there_is_one_again() {
        Path nano = NanoCopies.version(ModelsProfile.FOLDER.resolve("nano"), "nano");
        delete("autoglm-nano");
        delete("second");

        Client.Answer health = client.get("/health");
        assertThat(health.status()).isEqualTo(503);
        assertThat(health.json().path("reason").textValue()).isEqualTo("no model is loaded");
        assertThat(client.get("/v1/models").json().path("data")).isEmpty();
        await().until(() -> scheduler.reports().getLast().path("models").isEmpty());
        awaitStill();
        assertThat(client.get("/admin/models").json().at("/memory/used_mib").longValue())
                .isZero();

        assertThat(load("autoglm-nano", nano).status()).isEqualTo(200);
        assertThat(load("second", ModelsProfile.FOLDER.resolve("second").toAbsolutePath())
                        .status())
                .isEqualTo(200);
        assertThat(client.get("/health").status()).isEqualTo(200);
        put("second?wait=true", "{\"path\":\"second\",\"slots\":2,\"max_tokens\":512}");
        assertThat(client.get("/health").json().path("models")).hasSize(2);
    }

    @Test
    void what_does_not_fit_is_refused_with_507_and_the_figures() {
        Client.Answer answer = put("large", "{\"path\":\"second\",\"slots\":256,\"max_tokens\":2048}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(507);
        assertThat(answer.json().at("/error/code").textValue()).isEqualTo("insufficient_memory");
        assertThat(answer.json().at("/error/message").textValue()).contains("of 512 MiB (autoglm.models.max-memory)");
    }

    @Test
    void a_directory_that_cannot_be_served_is_refused_with_the_reason_which_is_kept_and_shown() {
        Client.Answer cutOff = load("broken", NanoCopies.cutOff(ModelsProfile.FOLDER.resolve("cut-off")));
        Client.Answer wordless = load("second", NanoCopies.withoutWords(ModelsProfile.FOLDER.resolve("wordless")));

        assertThat(cutOff.status()).isEqualTo(422);
        assertThat(cutOff.json().at("/error/code").textValue()).isEqualTo("model_not_servable");
        assertThat(cutOff.json().at("/error/message").textValue()).contains("model.safetensors");
        assertThat(wordless.status()).isEqualTo(422);
        JsonNode broken = client.get("/admin/models/broken").json();
        assertThat(broken.path("state").textValue()).isEqualTo("failed");
        assertThat(broken.path("failure").textValue()).contains("model.safetensors");
        assertThat(client.get("/admin/models/second").json().path("failure").textValue())
                .contains("tokenizer.json");
        assertThat(client.post("/v1/chat/completions", chat("second", "")).status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                            | path       | 400 |
            {"path":"/etc"}                               | path       | 400 |
            {"path":"../../../models/autoglm-nano"}       | path       | 400 |
            {"path":"second","weights":"int3"}            | weights    | 400 |
            {"path":"second","slots":0}                   | slots      | 400 |
            {"path":"second","slots":257}                 | slots      | 400 |
            {"path":"second","max_tokens":"many"}         | max_tokens | 400 |
            {"path":"second","max_tokens":100000}         | path       | 422 | model_not_servable
            {"path":"second","digest":"latest"}           | digest     | 400 |
            {"path":"second","digest":"0123456789ab"}     | digest     | 409 | digest_mismatch
            {"path":"second","maxTokens":7}               | maxTokens  | 400 |
            {"path":"absent"}                             | path       | 422 | model_not_servable
            """)
    void what_is_wrong_is_named(String body, String param, int status, String code) {
        Client.Answer answer = put("wrong", body);

        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.json().at("/error/param").textValue()).isEqualTo(param);
        assertThat(answer.json().at("/error/code").textValue()).isEqualTo(code);
    }

    @Test
    void a_fourth_model_is_one_too_many() {
        load("third", NanoCopies.version(ModelsProfile.FOLDER.resolve("third"), "third"));

        Client.Answer fourth = load("fourth", Path.of("second"));

        assertThat(fourth.status()).isEqualTo(409);
        assertThat(fourth.json().at("/error/code").textValue()).isEqualTo("too_many_models");
    }

    @Test
    void nobody_without_the_token_may_look_load_or_unload() {
        for (HttpRequest.Builder request : List.of(
                client.anonymous("/admin/models").GET(),
                client.anonymous("/admin/models/second").GET(),
                client.anonymous("/admin/models/second").DELETE(),
                client.anonymous("/admin/models/second")
                        .header("content-type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString("{\"path\":\"second\"}")))) {
            assertThat(client.send(request).status()).isEqualTo(401);
        }
        Client.Answer wrong = client.post("/admin/models/second", "{}");
        assertThat(wrong.status()).isEqualTo(405);
    }
}
