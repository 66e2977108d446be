package io.autoglm.inference;

import io.autoglm.inference.engine.KvFormat;
import io.autoglm.inference.engine.WeightFormat;
import io.autoglm.inference.model.EmbeddingModules;
import io.autoglm.inference.model.Pooling;
import io.autoglm.inference.text.ToolFormat;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// `autoglm.*` (`AUTOGLM_*` in the environment): what is served, by which engine, and to whom.
@ConfigMapping(prefix = "autoglm")
public interface ServingConfig {

    /// The address to listen on. Default 127.0.0.1.
    @WithDefault("127.0.0.1")
    String host();

    /// The port of everything: API, health, metrics. Default 8000.
    @WithDefault("8000")
    int port();

    Model model();

    /// `auto`, `cpu` or `TensorRT`. Default `auto`.
    @WithDefault("auto")
    String engine();

    /// `auto`, `fp32`, `int8` or `int4`. Default `auto`: fp32 below 64 million parameters, int4 above. The
    /// graph of an onnxruntime-genai directory keeps the numbers that it was exported with: `auto`, or their
    /// name. `fp16` is refused: a CPU gains nothing by it.
    @WithDefault("auto")
    WeightFormat weights();

    /// Numbers that share a scale in int8 and int4: 32, the default, or 128, which is an eighth faster and
    /// less exact.
    @WithDefault("32")
    int weightBlock();

    WeightCache weightCache();

    Cpu cpu();

    Embedding embedding();

    /// The secret that callers must show. Without one the service refuses to start, unless `internal-auth` is `none`.
    Optional<String> internalToken();

    /// `token`, the default, or `none`: everyone who reaches the port may ask.
    @WithDefault("token")
    Access internalAuth();

    /// How long a request may take, waiting included; a caller may ask for less. Default 10 minutes.
    @WithDefault("10m")
    Duration requestTimeout();

    /// The largest request body. Default 8 MiB: far more than the text that fits any model.
    @WithDefault("8M")
    MemorySize maxBody();

    /// Bytes of request bodies, all together, that have come and are not yet prompts; one more is refused
    /// with 503. Default 64 MiB.
    @WithDefault("64M")
    MemorySize maxBodies();

    /// How long running answers may go on after SIGTERM. Default 45 seconds.
    @WithDefault("45s")
    Duration drainTimeout();

    /// The model.
    interface Model {

        /// A Hugging Face model directory, or one of onnxruntime-genai. Default `models/autoglm-nano`.
        @WithDefault("models/autoglm-nano")
        Path path();

        /// The name that clients ask for. Default: the directory's.
        Optional<String> name();

        /// How it writes tool calls: `glm-4`, `glm-4-5`, `hermes`, `qwen-coder`, `llama`, `mistral`,
        /// `deepseek`, `none`, or `auto`, the default: by the marks in its chat template.
        @WithDefault("auto")
        ToolFormat toolFormat();
    }

    /// Rounded weights, kept so that only the first start of a model takes the time to make them.
    interface WeightCache {

        /// `none`, or a folder; what cannot be kept there is made anew. Default `~/.cache/autoglm/weights`.
        @WithDefault("${user.home}/.cache/autoglm/weights")
        String path();

        /// Of all its files together; those that were not used for the longest time go first. Default 64 GiB.
        @WithDefault("64G")
        MemorySize maxSize();
    }

    /// The CPU engine.
    interface Cpu {

        /// Threads of a step. 0, the default, is one for each physical core, and a single one for a model
        /// below 16 million parameters, whose operators are done before a second thread has woken up.
        @WithDefault("0")
        int threads();

        /// Whether the threads of a step stay awake between its operators, which is meant for cores that
        /// nobody else wants: where somebody does, it takes more than half of the speed. Default: `true` for
        /// a model that is loaded while there is no other one in the instance, else `false`.
        Optional<Boolean> spinning();

        /// `fp32`, the default, or `fp16`: half the memory of keys and values.
        @WithDefault("fp32")
        KvFormat kvCache();
    }

    /// Vectors of texts.
    interface Embedding {

        /// How the states of a text's tokens become one vector: `last`, `mean` or `auto`. Default `auto`: what the
        /// model directory's `1_Pooling/config.json` says, else `last`.
        @WithDefault("auto")
        PoolingChoice pooling();

        /// The largest answer; a request whose vectors would take more is refused. Not above the gateway's
        /// `autoglm.upstream.max-answer-bytes`. Default 16 MiB.
        @WithDefault("16M")
        MemorySize maxAnswer();
    }

    /// What an operator may say of [Pooling].
    enum PoolingChoice {
        /// What the model directory says, else the last token.
        AUTO,
        LAST,
        MEAN;

        Pooling of(Path directory) {
            return switch (this) {
                case AUTO -> EmbeddingModules.pooling(directory).orElse(Pooling.LAST);
                case LAST -> Pooling.LAST;
                case MEAN -> Pooling.MEAN;
            };
        }
    }

    /// Who may ask.
    enum Access {
        /// Whoever shows the internal token.
        TOKEN,
        /// Everyone.
        NONE
    }
}
