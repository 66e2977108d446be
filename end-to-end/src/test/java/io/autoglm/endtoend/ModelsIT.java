package io.autoglm.endtoend;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.endtoend.stack.Http;
import io.autoglm.endtoend.stack.PackagedStack;
import io.autoglm.endtoend.stack.Repository;
import io.autoglm.endtoend.stack.SharedStack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Models that come, are replaced and go while the suite serves.
@ExtendWith(SharedStack.class)
class ModelsIT {
    private static final String SECOND = "second";
    private static final int INSTANCES = 2;
    private static final int STREAMS = 20;
    private static final int TOKENS = 120;

    private final PackagedStack stack;

    ModelsIT(PackagedStack stack) {
        this.stack = stack;
    }

    @AfterEach
    void the_suite_is_as_it_was() throws IOException {
        stack.awaitInstances();
        for (int number = 1; number <= INSTANCES; number++) {
            Http.delete(admin(number), stack.asOperator());
        }
        awaitListed(false);
    }

    @Test
    void a_model_that_is_loaded_is_listed_answers_and_is_there_again_after_kill_9() throws IOException {
        Path version = version("1");
        for (int number = 1; number <= INSTANCES; number++) {
            JsonNode loaded = load(number, version);
            assertThat(loaded.path("kept").asBoolean()).isTrue();
        }

        awaitListed(true);
        assertThat(chat(SECOND).status()).isEqualTo(200);
        assertThat(chat(PackagedStack.MODEL).status()).isEqualTo(200);

        ProcessHandle killed = stack.process(1);
        killed.destroyForcibly();
        await().atMost(60, SECONDS)
                .until(() -> stack.instance("inference-1")
                        .filter(one -> one.path("state").asText().equals("ready"))
                        .filter(one -> one.path("pid").asLong() != killed.pid())
                        .isPresent());

        JsonNode back = Http.get(admin(1), stack.asOperator()).json();
        assertThat(back.path("state").asText()).isEqualTo("ready");
        assertThat(back.at("/serving/path").asText())
                .isEqualTo(version.toRealPath().toString());
        assertThat(chat(SECOND).status()).isEqualTo(200);
    }

    @Test
    void no_stream_notices_that_its_model_is_replaced_on_every_instance() throws Exception {
        Path first = version("1");
        Path next = version("2");
        for (int number = 1; number <= INSTANCES; number++) {
            load(number, first);
        }
        awaitListed(true);
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> streams = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                streams.add(clients.submit(this::stream));
            }
            await().atMost(60, SECONDS).until(() -> requests(1) > 0 && requests(2) > 0);

            List<String> versions = new ArrayList<>();
            for (int number = 1; number <= INSTANCES; number++) {
                versions.add(load(number, next).at("/serving/version").asText());
            }

            for (Future<String> stream : streams) {
                assertThat(stream.get())
                        .endsWith("data: [DONE]\n\n")
                        .contains("\"finish_reason\":\"length\"")
                        .doesNotContain("\"error\"");
            }
            await().atMost(10, SECONDS)
                    .until(() -> stack.instances().stream()
                            .allMatch(instance -> versionOf(instance).equals(versions.getFirst())));
        }
    }

    private String stream() throws IOException {
        String body = """
                {"model":"%s","messages":[{"role":"user","content":"Who are you?"}],"stream":true,\
                "temperature":0,"max_tokens":%d,"ignore_eos":true}""".formatted(SECOND, TOKENS);
        try (var answer = Http.stream(stack.baseUrl() + "/chat/completions", PackagedStack.asUser(), body)
                .body()) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String versionOf(JsonNode instance) {
        return StreamSupport.stream(instance.path("models").spliterator(), false)
                .filter(model -> model.path("id").asText().equals(SECOND))
                .map(model -> model.path("version").asText())
                .findFirst()
                .orElse("");
    }

    private int requests(int number) throws IOException {
        return Http.get(admin(number), stack.asOperator())
                .json()
                .at("/serving/requests")
                .asInt();
    }

    private JsonNode load(int number, Path version) throws IOException {
        Http.Answer loaded =
                Http.put(admin(number) + "?wait=true", stack.asOperator(), "{\"path\":\"" + version + "\"}");
        assertThat(loaded.status()).as(loaded.body()).isEqualTo(200);
        return loaded.json();
    }

    private String admin(int number) {
        return stack.instanceUrl(number) + "/admin/models/" + SECOND;
    }

    private void awaitListed(boolean listed) {
        await().atMost(10, SECONDS)
                .until(() -> Http.get(stack.baseUrl() + "/models", PackagedStack.asUser())
                                .body()
                                .contains("\"" + SECOND + "\"")
                        == listed);
    }

    private Http.Answer chat(String model) throws IOException {
        return Http.post(stack.baseUrl() + "/chat/completions", PackagedStack.asUser(), """
                {"model":"%s","messages":[{"role":"user","content":"Hello"}],"max_tokens":8}""".formatted(model));
    }

    /// The shipped model with another digest.
    private Path version(String name) throws IOException {
        Path copy = stack.models().resolve(name);
        if (Files.exists(copy)) {
            return copy;
        }
        Files.createDirectories(copy);
        try (Stream<Path> files = Files.list(Repository.model())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        Files.writeString(
                copy.resolve("chat_template.jinja"), "{#- version " + name + " -#}", StandardOpenOption.APPEND);
        return copy;
    }
}
