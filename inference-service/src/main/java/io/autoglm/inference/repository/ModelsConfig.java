package io.autoglm.inference.repository;

import io.autoglm.inference.engine.WeightFormat;
import io.autoglm.inference.text.ToolFormat;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// `autoglm.models.*`: the models beside `autoglm.model`, and what may be loaded while the instance runs.
@ConfigMapping(prefix = "autoglm.models")
public interface ModelsConfig {

    /// Models at once, whatever their number of versions. Default 8.
    @WithDefault("8")
    int max();

    /// What the weights and KV caches of all models may take, those included that finish their last requests.
    /// Default: 80 % of the memory that is free when the instance starts, container limits included.
    Optional<MemorySize> maxMemory();

    /// Folders, separated by commas; a model that is asked for by HTTP must lie in one of them. Default: the
    /// folder that `autoglm.model.path` lies in; none where that is the whole file system.
    Optional<List<Path>> roots();

    /// Where it is written what was loaded and unloaded by HTTP, so that the next process does the same; it
    /// wins over the configuration. No two instances may share it. Without one, the default, the next process
    /// serves what is configured.
    Optional<Path> file();

    /// More models, served from the start: `autoglm.models.more[0].path`, `[1]` and so on; in the environment
    /// `AUTOGLM_MODELS_MORE_0__PATH`.
    List<More> more();

    /// A model beside the first.
    interface More {

        /// A Hugging Face model directory.
        Path path();

        /// The name that clients ask for. Default: the directory's.
        Optional<String> name();

        /// Default: `autoglm.weights`.
        Optional<WeightFormat> weights();

        /// Default: `autoglm.batching.slots`.
        OptionalInt slots();

        /// Default: `autoglm.batching.max-tokens`.
        OptionalInt maxTokens();

        /// The version, 12 hex digits; a directory with another one is refused. Default: any.
        Optional<String> digest();

        /// As `autoglm.model.tool-format`. Default: `auto`.
        Optional<ToolFormat> toolFormat();
    }
}
