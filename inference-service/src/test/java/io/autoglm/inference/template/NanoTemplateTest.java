package io.autoglm.inference.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.text.Tokenizer;
import io.autoglm.nano.corpus.Case;
import io.autoglm.nano.corpus.HeldOut;
import io.autoglm.nano.corpus.chat.ChatText;
import io.autoglm.nano.corpus.chat.Conversation;
import io.autoglm.nano.corpus.chat.Message;
import io.autoglm.nano.corpus.chat.ToolCall;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The model of this repository must be asked in the very words in which it was trained.
class NanoTemplateTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Path MODEL = Path.of("..", "models", "autoglm-nano");

    @Test
    void every_held_out_conversation_is_rendered_as_in_training() {
        ChatTemplate template = ChatTemplate.open(MODEL, Clock.systemUTC()).orElseThrow();
        List<Case> cases = HeldOut.cases(HeldOut.SEED, HeldOut.COUNT);

        for (Case held : cases) {
            Conversation conversation = held.conversation();
            ObjectNode variables = MAPPER.createObjectNode();
            if (conversation.responseFormat() != null) {
                variables.set("response_format", MAPPER.valueToTree(conversation.responseFormat()));
            }

            Rendering rendering =
                    template.render(messages(conversation), MAPPER.valueToTree(conversation.tools()), true, variables);

            assertThat(rendering).isEqualTo(new Rendering.Prompt(ChatText.prompt(conversation)));
        }
        assertThat(cases).anyMatch(held -> !held.conversation().tools().isEmpty());
    }

    @Test
    void a_rendered_conversation_survives_its_tokenizer() {
        try (Tokenizer tokenizer = Tokenizer.open(MODEL)) {
            for (Case held : HeldOut.cases(HeldOut.SEED, 50)) {
                String prompt = ChatText.prompt(held.conversation());

                assertThat(tokenizer.decode(tokenizer.encode(prompt, false), true))
                        .isEqualTo(prompt);
            }
        }
    }

    /// As a client of OpenAI's API sends them.
    private static ArrayNode messages(Conversation conversation) {
        ArrayNode messages = MAPPER.createArrayNode();
        for (Message message : conversation.messages()) {
            ObjectNode json =
                    messages.addObject().put("role", message.role().wire()).put("content", message.content());
            for (ToolCall call : message.toolCalls()) {
                json.withArray("tool_calls")
                        .addObject()
                        .put("type", "function")
                        .putObject("function")
                        .put("name", call.name())
                        .put("arguments", MAPPER.valueToTree(call.arguments()).toString());
            }
        }
        return messages;
    }
}
