package io.autoglm.inference;

import io.autoglm.inference.batching.BatchLoop;
import io.autoglm.inference.batching.BatchMetrics;
import io.autoglm.inference.batching.BatchingConfig;
import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.LoadedModel;
import io.autoglm.inference.engine.WeightCacheConfig;
import io.autoglm.inference.grammar.AnswerFormat;
import io.autoglm.inference.model.GenerationDefaults;
import io.autoglm.inference.model.ModelDirectory;
import io.autoglm.inference.model.Pooling;
import io.autoglm.inference.sampling.SamplerWorkspace;
import io.autoglm.inference.template.ChatTemplate;
import io.autoglm.inference.text.AssistantMarkup;
import io.autoglm.inference.text.TokenBytes;
import io.autoglm.inference.text.Tokenizer;
import io.autoglm.protocol.placement.ServedModel;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
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
/// @param longestToken    bytes of the longest token: a text of more than that many bytes a token cannot fit
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
        int longestToken,
        SamplerWorkspace workspace,
        BatchLoop loop,
        LoadedModel loaded)
        implements AutoCloseable {

    /// Loads it and starts its loop; takes seconds to minutes, and blocks.
    ///
    /// @throws io.autoglm.inference.model.ModelLoadException in one line, if it cannot be served
    static ServingModel load(ServingConfig config, BatchingConfig batching, MeterRegistry metrics) {
        Path path = config.model().path();
        ModelDirectory directory = ModelDirectory.open(path);
        String name = config.model().name().orElse(directory.name());
        Pooling pooling = config.embedding().pooling().of(path);
        Tokenizer tokenizer = Tokenizer.open(path);
        Optional<ChatTemplate> template = ChatTemplate.open(path, Clock.system(ZoneId.systemDefault()));
        Set<Integer> endTokens = Set.copyOf(directory.generation().eosTokenIds());
        AssistantMarkup markup = AssistantMarkup.of(
                template.map(ChatTemplate::source).orElse(""), config.model().toolFormat());
        AnswerFormat format = new AnswerFormat(
                tokenizer.bytes(), endTokens, markup.reasoning().close());
        LoadedModel loaded = LoadedModel.open(
                directory,
                new EngineConfig(
                        config.engine(),
                        config.weights(),
                        config.weightBlock(),
                        kept(config.weightCache()),
                        config.cpu().kvCache(),
                        config.cpu().threads(),
                        batching.slots(),
                        batching.maxTokens()));
        int maxTokens = loaded.decoder().shape().maxTokens();
        int width = loaded.decoder().shape().vocabularySize();
        BatchMetrics batchMetrics = new BatchMetrics(metrics, name, maxTokens);
        BatchLoop loop = new BatchLoop(loaded.decoder(), batching.limits(), batchMetrics, System::nanoTime);
        batchMetrics.watch(loop);
        return new ServingModel(
                name,
                new ServedModel(name, directory.digest(), maxTokens),
                loaded.engine(),
                Instant.now(),
                tokenizer,
                template,
                markup,
                format,
                directory.generation(),
                pooling,
                endTokens,
                longest(tokenizer.bytes()),
                new SamplerWorkspace(width, Math.min(width, tokenizer.vocabularySize())),
                loop.start(),
                loaded);
    }

    private static WeightCacheConfig kept(ServingConfig.WeightCache cache) {
        Optional<Path> folder = Optional.of(cache.path())
                .filter(path -> !path.isBlank() && !path.equals("none"))
                .map(Path::of);
        return new WeightCacheConfig(folder, cache.maxSize().asLongValue());
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

    /// Ends what runs and frees the weights; those of an engine that does not come back from its step stay,
    /// since it would go on in freed memory.
    @Override
    public void close() {
        loop.close();
        if (loop.ended()) {
            loaded.close();
            tokenizer.close();
        }
    }

    private static int longest(TokenBytes tokens) {
        int longest = 1;
        for (int token = 0; token < tokens.size(); token++) {
            longest = Math.max(longest, tokens.bytes(token).length);
        }
        return longest;
    }
}
