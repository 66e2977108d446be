package io.autoglm.inference.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Ours against Jinja2 itself, set up as Hugging Face does; `src/test/python/golden.py` wrote the expectations.
class ChatTemplateGoldenTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-07T09:05:02Z"), ZoneOffset.UTC);
    private static final Map<String, String> TOKENS = Map.of("bos_token", "<s>", "eos_token", "</s>");

    static Stream<JsonNode> conversations() {
        return stream(json("golden-conversations.json"));
    }

    static Stream<JsonNode> snippets() {
        return stream(json("golden-snippets.json"));
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void a_published_format_renders_a_conversation_as_jinja2_does(JsonNode golden) {
        ChatTemplate template = ChatTemplate.parse(text(golden.get("template").textValue()), TOKENS, CLOCK);
        JsonNode conversation = stream(json("conversations.json"))
                .filter(one -> one.get("name").equals(golden.get("conversation")))
                .findFirst()
                .orElseThrow();

        Rendering rendering = template.render(
                conversation.get("messages"),
                conversation.get("tools"),
                conversation.path("add_generation_prompt").asBoolean(true),
                conversation.path("variables").isObject()
                        ? (ObjectNode) conversation.get("variables")
                        : MAPPER.createObjectNode());

        assertSame(golden, Optional.of(rendering));
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void a_construct_does_what_it_does_in_jinja2(JsonNode golden) {
        ObjectNode variables = (ObjectNode) json("snippets.json").get("variables");
        Optional<Rendering> rendering;
        try {
            rendering = Optional.of(ChatTemplate.parse(golden.get("template").textValue(), Map.of(), CLOCK)
                    .render(MAPPER.createArrayNode(), null, false, variables));
        } catch (IllegalArgumentException notATemplate) {
            rendering = Optional.empty();
        }

        assertSame(golden, rendering);
    }

    /// @param rendering empty: the template could not even be parsed
    private static void assertSame(JsonNode golden, Optional<Rendering> rendering) {
        if (golden.has("prompt")) {
            assertThat(rendering)
                    .contains(new Rendering.Prompt(golden.get("prompt").textValue()));
        } else if (golden.has("refused")) {
            assertThat(rendering)
                    .contains(new Rendering.Refused(golden.get("refused").textValue()));
        } else if (golden.get("failed").textValue().equals("TemplateSyntaxError")) {
            assertThat(rendering).isEmpty();
        } else {
            assertThat(rendering).get().isInstanceOf(Rendering.Failed.class);
        }
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static JsonNode json(String name) {
        try {
            return MAPPER.readTree(text(name));
        } catch (IOException e) {
            throw new AssertionError(name, e);
        }
    }

    private static String text(String name) {
        try (var in = ChatTemplateGoldenTest.class.getResourceAsStream("/templates/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(name, e);
        }
    }
}
