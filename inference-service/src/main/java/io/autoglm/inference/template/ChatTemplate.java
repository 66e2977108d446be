package io.autoglm.inference.template;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.model.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A model's chat template, parsed once, rendered for every request. Safe for concurrent use.
public final class ChatTemplate {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final List<Statement> statements;

    /// For requests with tools, where the model has a template of its own for them.
    private final List<Statement> toolStatements;

    private final Map<String, String> specialTokens;
    private final Clock clock;
    private final String source;

    private ChatTemplate(
            String source,
            List<Statement> statements,
            List<Statement> toolStatements,
            Map<String, String> specialTokens,
            Clock clock) {
        this.source = source;
        this.statements = statements;
        this.toolStatements = toolStatements;
        this.specialTokens = Map.copyOf(specialTokens);
        this.clock = clock;
    }

    /// @param specialTokens variables such as `bos_token`
    /// @param clock         what `strftime_now` reads
    /// @throws IllegalArgumentException if it is not a template, naming the line
    public static ChatTemplate parse(String source, Map<String, String> specialTokens, Clock clock) {
        try {
            List<Statement> statements = Parser.parse(source);
            return new ChatTemplate(source, statements, statements, specialTokens, clock);
        } catch (TemplateFailure failure) {
            throw new IllegalArgumentException(failure.describe(), failure);
        }
    }

    /// Reads `chat_template.jinja`, or else `chat_template` of `tokenizer_config.json`, and the special tokens
    /// beside it.
    ///
    /// @return empty where the model has none
    /// @throws ModelLoadException if it is not a template
    public static Optional<ChatTemplate> open(Path modelDirectory, Clock clock) {
        Path configFile = modelDirectory.resolve("tokenizer_config.json");
        Path templateFile = modelDirectory.resolve("chat_template.jinja");
        JsonNode config = config(configFile);
        Map<String, String> tokens = specialTokens(config);
        JsonNode inConfig = config.path("chat_template");
        try {
            if (Files.isRegularFile(templateFile)) {
                String source = Files.readString(templateFile);
                List<Statement> statements = parse(templateFile, source);
                return Optional.of(new ChatTemplate(source, statements, statements, tokens, clock));
            }
        } catch (IOException e) {
            throw new ModelLoadException(templateFile.toString(), "cannot be read: " + e.getMessage(), e);
        }
        String plain = inConfig.isTextual() ? inConfig.textValue() : named(inConfig, "default");
        if (plain == null) {
            return Optional.empty();
        }
        List<Statement> statements = parse(configFile, plain);
        String forTools = named(inConfig, "tool_use");
        return Optional.of(new ChatTemplate(
                forTools == null ? plain : plain + forTools,
                statements,
                forTools == null ? statements : parse(configFile, forTools),
                tokens,
                clock));
    }

    /// What it was parsed from; of a model with a template of its own for tools, both.
    public String source() {
        return source;
    }

    /// @param messages  OpenAI's `messages`, as they came
    /// @param tools     OpenAI's `tools`; null for none
    /// @param variables `chat_template_kwargs`: further variables of the template, such as `enable_thinking`; may
    ///                  be empty
    public Rendering render(
            JsonNode messages, @Nullable JsonNode tools, boolean addGenerationPrompt, ObjectNode variables) {
        Budget budget = new Budget();
        Scope builtIn = new Scope(null);
        new Globals(clock, budget).defineIn(builtIn);
        specialTokens.forEach(builtIn::set);
        Scope scope = new Scope(builtIn);
        Object toolValues = tools == null || tools.isEmpty() ? None.NONE : Values.of(tools);
        variables.properties().forEach(entry -> scope.set(entry.getKey(), Values.of(entry.getValue())));
        scope.set("messages", Conversation.values(messages));
        scope.set("tools", toolValues);
        scope.set("documents", Values.of(variables.path("documents")));
        scope.set("add_generation_prompt", addGenerationPrompt);
        try {
            List<Statement> chosen = toolValues instanceof None ? statements : toolStatements;
            return new Rendering.Prompt(new Renderer(budget).render(chosen, scope));
        } catch (TemplateRefusal refusal) {
            return new Rendering.Refused(refusal.getMessage());
        } catch (TemplateFailure failure) {
            return new Rendering.Failed(failure.describe());
        }
    }

    private static List<Statement> parse(Path file, String source) {
        try {
            return Parser.parse(source);
        } catch (TemplateFailure failure) {
            throw new ModelLoadException(file.toString(), "the chat template, " + failure.describe(), failure);
        }
    }

    private static JsonNode config(Path file) {
        if (!Files.isRegularFile(file)) {
            return MissingNode.getInstance();
        }
        try {
            return MAPPER.readTree(Files.readAllBytes(file));
        } catch (JacksonException e) {
            throw new ModelLoadException(file.toString(), "is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ModelLoadException(file.toString(), "cannot be read: " + e.getMessage(), e);
        }
    }

    /// `bos_token`, `eos_token` and their like, each a string or an object with `content`.
    private static Map<String, String> specialTokens(JsonNode config) {
        Map<String, String> tokens = new LinkedHashMap<>();
        config.properties().forEach(entry -> {
            JsonNode content = entry.getValue().isObject() ? entry.getValue().path("content") : entry.getValue();
            if (entry.getKey().endsWith("_token") && content.isTextual()) {
                tokens.put(entry.getKey(), content.textValue());
            }
        });
        return tokens;
    }

    /// Some models have several templates: `[{"name": …, "template": …}]`.
    private static @Nullable String named(JsonNode templates, String name) {
        for (JsonNode template : templates) {
            if (template.path("name").asText().equals(name)) {
                return template.path("template").textValue();
            }
        }
        return null;
    }
}
