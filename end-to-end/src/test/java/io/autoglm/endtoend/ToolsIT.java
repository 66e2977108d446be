package io.autoglm.endtoend;

import static io.autoglm.endtoend.Clients.ask;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionNamedToolChoice;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import io.autoglm.endtoend.stack.Http;
import io.autoglm.endtoend.stack.PackagedStack;
import io.autoglm.endtoend.stack.SharedStack;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedStack.class)
class ToolsIT {
    private final OpenAIClient client;

    ToolsIT(PackagedStack stack) {
        this.client = Clients.openai(stack);
    }

    @Test
    void a_tool_that_must_be_called_is_called_with_arguments_that_are_json() {
        ChatCompletion answer = client.chat()
                .completions()
                .create(weather("What is the weather in Paris?").build());

        assertThat(answer.choices().getFirst().finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        ChatCompletionMessageFunctionToolCall call = call(answer);
        assertThat(call.id()).isNotBlank();
        assertThat(call.function().name()).isEqualTo("get_weather");
        assertThat(Http.tree(call.function().arguments()).isObject())
                .as(call.function().arguments())
                .isTrue();
    }

    @Test
    void a_call_that_is_streamed_is_the_same_call() {
        ChatCompletionCreateParams question =
                weather("What is the weather in Paris?").build();
        ChatCompletion whole = client.chat().completions().create(question);

        ChatCompletionAccumulator streamed = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(question)) {
            stream.stream().forEach(streamed::accumulate);
        }

        assertThat(call(streamed.chatCompletion()).function())
                .isEqualTo(call(whole).function());
    }

    @Test
    void the_conversation_goes_on_with_what_the_tool_has_said() {
        String question = "What is the weather in Paris?";
        ChatCompletion called =
                client.chat().completions().create(weather(question).build());

        ChatCompletion answer = client.chat()
                .completions()
                .create(ask(question)
                        .addFunctionTool(tool())
                        .addMessage(called.choices().getFirst().message())
                        .addMessage(ChatCompletionToolMessageParam.builder()
                                .toolCallId(call(called).id())
                                .content("{\"condition\":\"sunny\",\"temperature\":21}")
                                .build())
                        .build());

        assertThat(answer.usage().orElseThrow().promptTokens())
                .isGreaterThan(called.usage().orElseThrow().totalTokens());
        assertThat(Clients.text(answer)).isNotBlank();
    }

    private static ChatCompletionCreateParams.Builder weather(String question) {
        return ask(question)
                .maxCompletionTokens(128)
                .addFunctionTool(tool())
                .toolChoice(ChatCompletionNamedToolChoice.builder()
                        .function(ChatCompletionNamedToolChoice.Function.builder()
                                .name("get_weather")
                                .build())
                        .build());
    }

    private static FunctionDefinition tool() {
        Map<String, Object> city = Map.of("type", "string", "description", "Name of the city");
        return FunctionDefinition.builder()
                .name("get_weather")
                .description("Get the weather of a city")
                .parameters(FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty("properties", JsonValue.from(Map.of("city", city)))
                        .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                        .build())
                .build();
    }

    private static ChatCompletionMessageFunctionToolCall call(ChatCompletion answer) {
        return answer.choices()
                .getFirst()
                .message()
                .toolCalls()
                .orElseThrow()
                .getFirst()
                .asFunction();
    }
}
