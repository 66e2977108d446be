package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.inference.EightSlotsProfile;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(EightSlotsProfile.class)
class SeedTest {

    private static final int TOKENS = 48;

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // Quarkus injects it
    URI base;

    private static String content(Client client, String question, int tokens, int seed) {
        Client.Answer answer = client.post("/v1/chat/completions", """
                {"model":"autoglm-nano","messages":[{"role":"user","content":"%s"}],"temperature":1.3,\
                "max_tokens":%d,"ignore_eos":true,"seed":%d}""".formatted(question, tokens, seed));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json().at("/choices/0/message/content").textValue();
    }

    /// Most slots are taken the whole time: the others ask for more tokens than the one that counts.
    @Test
    void the_same_seed_gives_the_same_text_alone_and_beside_seven_others()
            throws InterruptedException, ExecutionException {
        Client client = new Client(base);
        client.awaitReady();
        String alone = content(client, "tell me a story", TOKENS, 11);
        assertThat(content(client, "tell me a story", TOKENS, 12)).isNotEqualTo(alone);

        for (int round = 0; round < 3; round++) {
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<String>> others = new ArrayList<>();
                for (int i = 0; i < 7; i++) {
                    String question = "question " + i + " of round " + round;
                    int seed = 100 + i;
                    others.add(threads.submit(() -> content(client, question, 3 * TOKENS, seed)));
                }
                Future<String> beside = threads.submit(() -> content(client, "tell me a story", TOKENS, 11));

                assertThat(beside.get()).isEqualTo(alone);
                for (Future<String> other : others) {
                    assertThat(other.get()).isNotEmpty();
                }
            }
        }
    }
}
