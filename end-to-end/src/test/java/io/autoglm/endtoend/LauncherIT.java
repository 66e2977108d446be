package io.autoglm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.endtoend.stack.Http;
import io.autoglm.endtoend.stack.KnownProcess;
import io.autoglm.endtoend.stack.Launcher;
import io.autoglm.endtoend.stack.Launcher.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherIT {
    @TempDir
    Path folder;

    @Test
    void one_command_brings_the_suite_up_and_one_takes_all_of_it_down() throws Exception {
        try (Launcher autoglm = new Launcher()) {
            Result up = autoglm.run("up", "--detach");
            assertThat(up.exitCode()).as(up.text()).isZero();
            assertThat(up.text()).contains(autoglm.baseUrl(), "curl ");

            String key = autoglm.run("key").text().strip();
            assertThat(up.text()).contains(key);
            Http.Answer answer =
                    Http.post(autoglm.baseUrl() + "/chat/completions", Map.of("Authorization", "Bearer " + key), """
                    {"model":"autoglm-nano","stream":true,"max_tokens":8,
                     "messages":[{"role":"user","content":"Hello! Who are you?"}]}""");
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).startsWith("data: {").endsWith("data: [DONE]\n\n");

            List<KnownProcess> processes = new ArrayList<>();
            List<String> parts = new ArrayList<>();
            for (JsonNode part :
                    Http.tree(autoglm.run("status", "--json").text()).path("parts")) {
                assertThat(part.path("state").asText()).as(part.toString()).isEqualTo("ready");
                assertThat(part.path("port").asInt()).isPositive();
                assertThat(part.path("since").asText()).isNotBlank();
                parts.add(part.path("part").asText());
                processes.add(KnownProcess.of(
                        ProcessHandle.of(part.path("pid").asLong()).orElseThrow()));
            }
            assertThat(parts).containsExactlyInAnyOrder("redis", "context", "scheduler", "gateway", "inference-1");
            assertThat(processes).allMatch(process -> process.find().isPresent());

            Result again = autoglm.run("up", "--detach");
            assertThat(again.exitCode()).isZero();
            assertThat(again.text()).contains("already up");

            Result down = autoglm.run("down");
            assertThat(down.exitCode()).as(down.text()).isZero();
            assertThat(processes).noneMatch(process -> process.find().isPresent());
        }
    }

    @Test
    void a_model_that_cannot_be_loaded_is_shown_in_the_words_of_the_instance() throws Exception {
        Path missing = folder.resolve("no-such-model");
        try (Launcher autoglm = new Launcher()) {
            Result up = autoglm.run("up", "--detach", "--model", missing.toString());

            assertThat(up.exitCode()).isNotZero();
            assertThat(up.text().lines().filter(line -> line.startsWith("autoglm: cannot serve")))
                    .as(up.text())
                    .singleElement()
                    .asString()
                    .contains(missing.toString());
        }
    }
}
