package io.autoglm.endtoend;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.endtoend.stack.Http;
import io.autoglm.endtoend.stack.PackagedStack;
import io.autoglm.endtoend.stack.SharedStack;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedStack.class)
class ClientGoneIT {
    private static final int WANTED_TOKENS = 1_900;

    private final PackagedStack stack;

    ClientGoneIT(PackagedStack stack) {
        this.stack = stack;
    }

    @Test
    void a_client_that_hangs_up_in_the_middle_of_a_stream_frees_the_slot() throws IOException {
        double aborted = aborted();
        double tokens = tokens();
        String request = """
                {"model":"autoglm-nano","stream":true,"max_tokens":%d,"ignore_eos":true,"skip_special_tokens":false,"temperature":1.5,
                 "messages":[{"role":"user","content":"tell me everything"}]}""".formatted(WANTED_TOKENS);

        HttpResponse<InputStream> stream =
                Http.stream(stack.baseUrl() + "/chat/completions", PackagedStack.asUser(), request);
        try (InputStream body = stream.body()) {
            assertThat(new String(body.readNBytes(300), StandardCharsets.UTF_8)).startsWith("data: {");
        }

        await().atMost(10, SECONDS)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> aborted() == aborted + 1 && running() == 0);
        assertThat(tokens() - tokens).isLessThan(WANTED_TOKENS);
        double afterwards = tokens();
        await().during(Duration.ofMillis(300)).atMost(2, SECONDS).until(() -> tokens() == afterwards);
    }

    @Test
    void a_client_that_hangs_up_while_it_waits_for_a_whole_answer_frees_the_slot() throws Exception {
        double aborted = aborted();
        String request = """
                {"model":"autoglm-nano","max_tokens":%d,"ignore_eos":true,"skip_special_tokens":false,"temperature":1.5,
                 "messages":[{"role":"user","content":"tell me everything"}]}""".formatted(WANTED_TOKENS);

        try (Socket socket = RawSocket.post(stack.baseUrl() + "/chat/completions", PackagedStack.KEY, request)) {
            await().atMost(10, SECONDS).pollInterval(Duration.ofMillis(10)).until(() -> running() == 1);
        }

        await().atMost(10, SECONDS)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> aborted() == aborted + 1 && running() == 0);
    }

    private double aborted() throws IOException {
        return figure("vllm:request_success_total", "finished_reason=\"abort\"");
    }

    private double running() throws IOException {
        return figure("vllm:num_requests_running");
    }

    private double tokens() throws IOException {
        return figure("vllm:generation_tokens_total");
    }

    private double figure(String name, String... labels) throws IOException {
        return stack.instanceFigures(1).sum(name, labels)
                + stack.instanceFigures(2).sum(name, labels);
    }
}
