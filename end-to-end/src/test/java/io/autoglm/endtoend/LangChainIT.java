package io.autoglm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import io.autoglm.endtoend.stack.PackagedStack;
import io.autoglm.endtoend.stack.SharedStack;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedStack.class)
class LangChainIT {
    private final PackagedStack stack;

    LangChainIT(PackagedStack stack) {
        this.stack = stack;
    }

    @Test
    void a_question_is_answered() {
        ChatResponse answer = model().chat(UserMessage.from("Hello! Who are you?"));

        assertThat(answer.aiMessage().text()).isNotBlank();
        assertThat(answer.tokenUsage().outputTokenCount()).isBetween(1, 32);
    }

    @Test
    void a_conversation_of_several_turns_is_answered_from_all_of_them() {
        List<ChatMessage> said = new ArrayList<>();
        int before = 0;
        for (String question : List.of("My name is Mia.", "I like green tea.", "What is my name?")) {
            said.add(UserMessage.from(question));
            ChatResponse answer = model().chat(said);
            said.add(answer.aiMessage());

            assertThat(answer.aiMessage().text()).isNotBlank();
            assertThat(answer.tokenUsage().inputTokenCount()).isGreaterThan(before);
            before = answer.tokenUsage().totalTokenCount();
        }
    }

    @Test
    void a_stream_comes_in_pieces_that_make_up_the_answer() throws Exception {
        OpenAiStreamingChatModel model = OpenAiStreamingChatModel.builder()
                .baseUrl(stack.baseUrl())
                .apiKey(PackagedStack.KEY)
                .modelName(PackagedStack.MODEL)
                .temperature(0.0)
                .maxTokens(32)
                .build();
        List<String> pieces = new CopyOnWriteArrayList<>();
        CompletableFuture<ChatResponse> whole = new CompletableFuture<>();

        model.chat("你好，你是谁？", new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String piece) {
                pieces.add(piece);
            }

            @Override
            public void onCompleteResponse(ChatResponse answer) {
                whole.complete(answer);
            }

            @Override
            public void onError(Throwable failure) {
                whole.completeExceptionally(failure);
            }
        });

        ChatResponse answer = whole.get(60, TimeUnit.SECONDS);
        assertThat(answer.aiMessage().text()).isNotBlank().isEqualTo(String.join("", pieces));
        assertThat(answer.tokenUsage().outputTokenCount()).isBetween(1, 32);
    }

    private OpenAiChatModel model() {
        return OpenAiChatModel.builder()
                .baseUrl(stack.baseUrl())
                .apiKey(PackagedStack.KEY)
                .modelName(PackagedStack.MODEL)
                .temperature(0.0)
                .maxTokens(32)
                .maxRetries(0)
                .build();
    }
}
