package io.autoglm.inference.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import io.autoglm.inference.model.ModelFiles;
import io.autoglm.inference.model.ModelLoadException;
import java.io.IOException;
import java.util.Map;
import java.util.TreeSet;
import org.jboss.logging.Logger;

/// A model in memory, ready for the first step.
public final class LoadedModel implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(LoadedModel.class);
    private static final String CPU = "cpu";

    private final ModelFiles files;
    private final DecoderModel model;
    private final String engine;

    private LoadedModel(ModelFiles files, DecoderModel model, String engine) {
        this.files = files;
        this.model = model;
        this.engine = engine;
    }

    /// Loads the model; takes seconds to minutes, and blocks.
    ///
    /// @throws ModelLoadException if it cannot be served, in one line that says why
    public static LoadedModel open(ModelFiles files, EngineConfig config) {
        Model model = newModel(files, config);
        try {
            DecoderModel decoder = decoder(model, config);
            decoder.load(files.path(), null, Map.of(DecoderModel.DIRECTORY, files, DecoderModel.CONFIG, config));
            return new LoadedModel(files, decoder, choose(config.engine()));
        } catch (IOException | MalformedModelException e) {
            model.close();
            throw new ModelLoadException(files.path().toString(), String.valueOf(e.getMessage()), e);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /// What [#open] would take of the memory; loads nothing.
    ///
    /// @param mostBytes that it may take
    /// @throws NoMemoryException if that is too little
    /// @throws ModelLoadException if it could not be loaded with more either
    public static MemoryPlan plan(ModelFiles files, EngineConfig config, long mostBytes) {
        try (Model model = newModel(files, config)) {
            return decoder(model, config).plan(files, config, mostBytes);
        }
    }

    private static Model newModel(ModelFiles files, EngineConfig config) {
        return Engine.getEngine(choose(config.engine())).newModel(files.name(), null);
    }

    private static DecoderModel decoder(Model model, EngineConfig config) {
        if (model instanceof DecoderModel decoder) {
            return decoder;
        }
        throw new ModelLoadException("autoglm.engine", config.engine() + " is no engine of this service");
    }

    /// The one name that is `auto`, or an engine that DJL finds on the class path.
    private static String choose(String asked) {
        if (asked.equals("auto")) {
            LOG.debugf("autoglm.engine=auto: %s", CPU);
            return CPU;
        }
        if (!Engine.hasEngine(asked)) {
            throw new ModelLoadException(
                    "autoglm.engine",
                    asked + " is not available here; there is " + new TreeSet<>(Engine.getAllEngines()));
        }
        return asked;
    }

    public ModelFiles files() {
        return files;
    }

    /// For the batch loop's one thread only.
    public Decoder decoder() {
        return model.decoder();
    }

    /// The engine that was chosen, by its name in DJL: `cpu`.
    public String engine() {
        return engine;
    }

    /// Numbers in its matrices.
    public long parameters() {
        return model.parameters();
    }

    /// The format that was chosen, never [WeightFormat#AUTO].
    public WeightFormat weights() {
        return model.weights();
    }

    /// Frees the weights and the KV cache; the decoder must not be in use.
    @Override
    public void close() {
        model.close();
    }
}
