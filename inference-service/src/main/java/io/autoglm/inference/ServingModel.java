package io.autoglm.inference;

import io.autoglm.inference.batching.BatchLoop;
import io.autoglm.inference.batching.BatchMetrics;
import io.autoglm.inference.batching.BatchingConfig;
import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.LoadedModel;
import io.autoglm.inference.grammar.AnswerFormat;
import io.autoglm.inference.model.GenerationDefaults;
import io.autoglm.inference.model.ModelFiles;
import io.autoglm.inference.model.Pooling;
import io.autoglm.inference.sampling.SamplerWorkspace;
import io.autoglm.inference.template.ChatTemplate;
import io.autoglm.inference.text.AssistantMarkup;
import io.autoglm.inference.text.Tokenizer;
import io.autoglm.inference.text.ToolFormat;
import io.autoglm.protocol.placement.ServedModel;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;

/// A model that answers: its weights in an engine, its batch loop, and all that turns text into its tokens and back.
/// Safe for concurrent use, but for {@link #workspace}, which belongs to the loop's thread and is only handed on.
///
/// @param name            what clients call it
/// @param created         when it was loaded
/// @param template        empty for a model without a chat template: only plain prompts can be asked
/// @param markup          how it marks calls and reasoning
/// @param endTokens       end an answer
/// @param pooling         of a text's states into its vector
public record ServingModel(
        String name,
        ServedModel served,
        String engine,
        Instant created,
        Tokenizer tokenizer,
        Optional<ChatTemplate> template,
        AssistantMarkup markup,
        AnswerFormat format,
        GenerationDefaults defaults,
        Pooling pooling,
        Set<Integer> endTokens,
        SamplerWorkspace workspace,
        BatchLoop loop,
        LoadedModel loaded)
        implements AutoCloseable {

    /// What a model finds at the service that serves it.
    ///
    /// @param metrics of its name
    public record Surroundings(
            ServingConfig config, BatchingConfig batching, BatchMetrics metrics, ToolFormat toolFormat) {}

    /// Loads it and starts its loop; takes seconds to minutes, and blocks.
    ///
    /// @throws io.autoglm.inference.model.ModelLoadException in one line, if it cannot be served
    public static ServingModel load(String name, ModelFiles files, EngineConfig engine, Surroundings surroundings) {
        Pooling pooling = surroundings.config().embedding().pooling().of(files.path());
        Optional<ChatTemplate> template = ChatTemplate.open(files.path(), Clock.system(ZoneId.systemDefault()));
        Tokenizer tokenizer = Tokenizer.open(files.path());
        Text text = new Text(tokenizer, template, pooling);
        try {
            LoadedModel loaded = LoadedModel.open(files, engine);
            try {
                return of(name, text, loaded, surroundings);
            } catch (RuntimeException | Error e) {
                loaded.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            tokenizer.close();
            throw e;
        }
    }

    private record Text(Tokenizer tokenizer, Optional<ChatTemplate> template, Pooling pooling) {}

    private static ServingModel of(String name, Text text, LoadedModel loaded, Surroundings surroundings) {
        ModelFiles files = loaded.files();
        Tokenizer tokenizer = text.tokenizer();
        Set<Integer> endTokens = Set.copyOf(files.generation().eosTokenIds());
        AssistantMarkup markup =
                AssistantMarkup.of(text.template().map(ChatTemplate::source).orElse(""), surroundings.toolFormat());
        int maxTokens = loaded.decoder().shape().maxTokens();
        int width = loaded.decoder().shape().vocabularySize();
        BatchLoop loop = new BatchLoop(
                loaded.decoder(), surroundings.batching().limits(), surroundings.metrics(), System::nanoTime);
        ServingModel model = new ServingModel(
                name,
                new ServedModel(name, files.digest(), maxTokens),
                loaded.engine(),
                Instant.now(),
                tokenizer,
                text.template(),
                markup,
                new AnswerFormat(
                        tokenizer.bytes(), endTokens, markup.reasoning().close()),
                files.generation(),
                text.pooling(),
                endTokens,
                new SamplerWorkspace(width, Math.min(width, tokenizer.vocabularySize())),
                loop,
                loaded);
        loop.start();
        return model;
    }

    /// Numbers of a vector.
    public int dimensions() {
        return loaded.decoder().shape().hiddenSize();
    }

    /// Tokens that the model knows, ids 0 to this, exclusive; the tokenizer may know fewer or more.
    public int embeddings() {
        return loaded.decoder().shape().vocabularySize();
    }

    public int maxTokens() {
        return served.maxModelTokens();
    }

    /// Ends what runs and frees the weights; those of an engine that does not come back from its step within
    /// some seconds stay, since it would go on in freed memory: then [#freed] is false.
    @Override
    public void close() {
        loop.close();
        if (loop.ended()) {
            free();
        }
    }

    /// After a [#close] that left the weights: waits for the engine's step, and frees them.
    public void closeLate() throws InterruptedException {
        loop.awaitEnd();
        free();
    }

    private void free() {
        try (tokenizer) {
            loaded.close();
        }
    }

    /// After [#close].
    public boolean freed() {
        return loop.ended();
    }
}
