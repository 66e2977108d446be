package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.ExportProfile;
import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.LoadedModel;
import io.autoglm.inference.model.ModelDirectory;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/// A directory of onnxruntime-genai, served.
@QuarkusTest
@TestProfile(ExportProfile.class)
class ExportTest extends ServedTest {

    private static final int TOKENS = 16;

    @Test
    void an_export_answers_as_the_checkpoint_that_it_was_made_of() throws Exception {
        int[] prompt = tokens("请介绍一下你自己");
        String expected = text(greedy(prompt));

        assertThat(expected).isNotBlank();
        assertThat(completed(prompt)).isEqualTo(expected);
        assertThat(completed(prompt)).as("out of what is kept of the first").isEqualTo(expected);
    }

    @Test
    void answers_side_by_side_are_those_that_each_prompt_gets_alone() throws Exception {
        List<int[]> prompts = List.of(tokens("打开微信"), tokens("hello, how are you today?"), tokens("1 + 1 ="));
        List<String> alone = new ArrayList<>();
        for (int[] prompt : prompts) {
            alone.add(text(greedy(prompt)));
        }

        assertThat(sideBySide(prompts)).isEqualTo(alone);
    }

    private List<String> sideBySide(List<int[]> prompts) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = prompts.stream()
                    .map(prompt -> threads.submit(() -> completed(prompt)))
                    .toList();
            List<String> texts = new ArrayList<>();
            for (Future<String> answer : answers) {
                texts.add(answer.get());
            }
            return texts;
        }
    }

    /// What the checkpoint says, step by step; its end tokens have no text.
    private static List<Integer> greedy(int[] prompt) {
        List<Integer> answer = new ArrayList<>();
        ModelDirectory directory = ModelDirectory.open(ExportProfile.NANO);
        try (LoadedModel model = LoadedModel.open(directory, EngineConfig.DEFAULTS)) {
            FloatBuffer logits = model.decoder().prefill(0, 0, prompt, 0, prompt.length);
            for (int step = 0; step < TOKENS; step++) {
                int token = 0;
                for (int id = 1; id < logits.remaining(); id++) {
                    token = logits.get(id) > logits.get(token) ? id : token;
                }
                answer.add(token);
                logits = model.decoder().decode(0, new int[] {token}, new int[] {prompt.length + step});
            }
        }
        answer.removeAll(directory.generation().eosTokenIds());
        return answer;
    }

    private String completed(int[] prompt) {
        return answered(
                        "/v1/completions",
                        Map.of(
                                "model",
                                "autoglm-nano",
                                "prompt",
                                prompt,
                                "temperature",
                                0,
                                "max_tokens",
                                TOKENS,
                                "ignore_eos",
                                true))
                .at("/choices/0/text")
                .textValue();
    }

    private int[] tokens(String text) {
        JsonNode tokens = answered("/tokenize", Map.of("messages", List.of(Map.of("role", "user", "content", text))))
                .path("tokens");
        return StreamSupport.stream(tokens.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }

    private String text(List<Integer> tokens) {
        return answered("/detokenize", Map.of("tokens", tokens)).path("prompt").textValue();
    }

    private JsonNode answered(String path, Map<String, Object> body) {
        Client.Answer answer = client.post(path, Client.JSON.valueToTree(body).toString());
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }
}
