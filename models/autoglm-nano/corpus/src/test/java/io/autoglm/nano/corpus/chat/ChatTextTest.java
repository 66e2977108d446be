package io.autoglm.nano.corpus.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ChatTextTest {
    private static final ToolCall CALL = new ToolCall("weather", Map.of("city", "Paris"));
    private static final Conversation TOOLS = new Conversation(
            List.of(
                    Message.system("Be brief."),
                    Message.user("天气?"),
                    Message.calling(CALL),
                    Message.tool("{\"temp\": 3}"),
                    Message.assistant("3 degrees.")),
            List.of(Map.of("function", ordered("name", "weather", "description", "天气"))),
            Map.of("type", "json_object"));

    @Test
    void tools_json_mode_calls_and_responses_are_written_as_glm_writes_them() {
        assertThat(ChatText.prompt(TOOLS)).isEqualTo("""
                [gMASK]<sop><|system|>
                # Tools
                <tools>
                {"name": "weather", "description": "天气"}
                </tools><|system|>
                Answer in JSON.<|system|>
                Be brief.<|user|>
                天气?<|assistant|>
                <tool_call>weather
                <arg_key>city</arg_key>
                <arg_value>Paris</arg_value>
                </tool_call><|observation|>
                <tool_response>
                {"temp": 3}
                </tool_response><|assistant|>
                3 degrees.<|assistant|>
                """);
    }

    @Test
    void the_assistant_is_trained_to_say_its_words_and_the_mark_that_ends_them() {
        var spoken = ChatText.trainingParts(TOOLS).stream()
                .filter(ChatText.Part::spoken)
                .map(ChatText.Part::text)
                .collect(Collectors.joining("·"));

        assertThat(spoken).isEqualTo("""
                        <tool_call>weather
                        <arg_key>city</arg_key>
                        <arg_value>Paris</arg_value>
                        </tool_call>·<|observation|>·3 degrees.·<|user|>""");
    }

    @Test
    void a_schema_names_its_keys() {
        Map<String, Object> format = Map.of(
                "type",
                "json_schema",
                "json_schema",
                Map.of("schema", Map.of("properties", ordered("name", Map.of(), "age", Map.of()))));

        assertThat(ChatText.prompt(new Conversation(List.of(Message.user("x")), List.of(), format)))
                .contains("<|system|>\nAnswer in JSON with the keys name, age.<|user|>");
    }

    @Test
    void an_answer_gives_back_the_calls_that_were_written() {
        Answer answer = Answer.ofText(
                "Wait.\n<tool_call>weather\n<arg_key>city</arg_key>\n" + "<arg_value>Paris</arg_value>\n</tool_call>");

        assertThat(answer).isEqualTo(new Answer("Wait.", List.of(CALL)));
    }

    private static Map<String, Object> ordered(String key1, Object value1, String key2, Object value2) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(key1, value1);
        map.put(key2, value2);
        return map;
    }
}
