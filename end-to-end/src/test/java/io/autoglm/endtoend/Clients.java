package io.autoglm.endtoend;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import io.autoglm.endtoend.stack.PackagedStack;
import java.time.Duration;

/// OpenAI's own Java client, told only the base URL and a key. It does not retry, so that failures are seen.
final class Clients {
    private Clients() {}

    static OpenAIClient openai(PackagedStack stack) {
        return openai(stack, PackagedStack.KEY);
    }

    static OpenAIClient openai(PackagedStack stack, String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(stack.baseUrl())
                .apiKey(key)
                .maxRetries(0)
                .timeout(Duration.ofMinutes(1))
                .build();
    }

    /// A greedy question of at most 48 tokens of answer.
    static ChatCompletionCreateParams.Builder ask(String question) {
        return ChatCompletionCreateParams.builder()
                .model(PackagedStack.MODEL)
                .temperature(0.0)
                .maxCompletionTokens(48)
                .addUserMessage(question);
    }

    /// An answer of exactly so many tokens, whatever the model would say, and each of them seen.
    static ChatCompletionCreateParams.Builder askFor(long tokens, String question) {
        return ask(question)
                .maxCompletionTokens(tokens)
                .putAdditionalBodyProperty("ignore_eos", JsonValue.from(true))
                .putAdditionalBodyProperty("skip_special_tokens", JsonValue.from(false));
    }

    static String text(ChatCompletion completion) {
        return completion.choices().getFirst().message().content().orElse("");
    }
}
