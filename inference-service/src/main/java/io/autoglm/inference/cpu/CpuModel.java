package io.autoglm.inference.cpu;

import ai.djl.BaseModel;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.onnxruntime.OrtException;
import io.autoglm.inference.engine.Decoder;
import io.autoglm.inference.engine.DecoderModel;
import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.MemoryPlan;
import io.autoglm.inference.engine.NoMemoryException;
import io.autoglm.inference.engine.WeightFormat;
import io.autoglm.inference.graph.DecoderGraph;
import io.autoglm.inference.graph.NativeMemory;
import io.autoglm.inference.model.ModelFiles;
import io.autoglm.inference.model.ModelLoadException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Loads in this order: the memory is planned, the graph is built and the weights converted, ONNX Runtime makes a
/// session of them (and, of most weights, a copy laid out for this CPU), the cache is allocated.
final class CpuModel extends BaseModel implements DecoderModel {

    /// ONNX Runtime keeps its own copy of a matrix beside ours.
    private static final int COPIES_OF_WEIGHTS = 2;

    /// Below it an operator is done before a second thread has woken up; on a machine that is busy with other things
    /// the second one costs a third of the speed (3.7 million parameters, two cores, decode of one sequence).
    private static final long ONE_THREAD_PARAMETERS = 16_000_000;

    private @Nullable Decoder decoder;
    private WeightFormat weights = WeightFormat.AUTO;
    private long parameters;

    CpuModel(String name, NDManager manager) {
        super(name);
        this.manager = manager;
        this.dataType = DataType.FLOAT32;
    }

    @Override
    public void load(Path path, @Nullable String prefix, @Nullable Map<String, ?> options) {
        if (decoder != null) {
            throw new IllegalStateException(modelName + " is loaded already");
        }
        Map<String, ?> given = options == null ? Map.of() : options;
        ModelFiles files = given.get(DIRECTORY) instanceof ModelFiles opened ? opened : ModelFiles.open(path);
        EngineConfig config = given.get(CONFIG) instanceof EngineConfig asked ? asked : EngineConfig.DEFAULTS;
        modelDir = files.path();
        GraphSource source = GraphSource.of(files, config);
        decoder = load(files, config, source);
        weights = source.weights();
        parameters = source.parameters();
        block = new CpuSymbolBlock(decoder);
        wasLoaded = true;
    }

    private static Decoder load(ModelFiles files, EngineConfig config, GraphSource source) {
        CachePlan plan = CachePlan.of(config, files.sizes(), Machine.freeBytes() - weightBytes(source));
        ConvertedWeights converted = source.make(plan.maxTokens());
        DecoderGraph graph = converted.graph();
        NativeMemory memory = converted.memory();
        try {
            int threads = threads(config, source.parameters());
            GraphSession session =
                    OnLargeStack.call("model-load", () -> GraphSession.of(graph, threads, config.spinning()));
            try {
                return new OrtDecoder(session, files.sizes(), config.kvFormat(), plan, memory);
            } catch (OrtException | RuntimeException | Error e) {
                session.close();
                throw e;
            }
        } catch (OrtException e) {
            memory.close();
            throw new ModelLoadException(
                    files.path().toString(), "ONNX Runtime refuses its graph: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    @Override
    public MemoryPlan plan(ModelFiles files, EngineConfig config, long mostBytes) {
        long weightBytes = weightBytes(GraphSource.of(files, config));
        try {
            CachePlan cache = CachePlan.of(config, files.sizes(), mostBytes - weightBytes);
            long tokenBytes =
                    files.sizes().kvNumbersPerToken() * config.kvFormat().bytes();
            return new MemoryPlan(weightBytes, cache.bytes(tokenBytes), cache.maxTokens());
        } catch (NoMemoryException e) {
            throw e.beside(weightBytes);
        }
    }

    private static long weightBytes(GraphSource source) {
        return Math.multiplyExact(COPIES_OF_WEIGHTS, source.weightBytes());
    }

    private static int threads(EngineConfig config, long parameters) {
        if (config.threads() > 0) {
            return config.threads();
        }
        return parameters < ONE_THREAD_PARAMETERS ? 1 : Machine.physicalCores();
    }

    @Override
    public Decoder decoder() {
        if (decoder == null) {
            throw new IllegalStateException(modelName + " is not loaded");
        }
        return decoder;
    }

    @Override
    public WeightFormat weights() {
        return weights;
    }

    @Override
    public long parameters() {
        return parameters;
    }

    @Override
    public void cast(DataType type) {
        throw new UnsupportedOperationException("the number format is chosen when the model is loaded");
    }

    @Override
    public void close() {
        if (decoder != null) {
            decoder.close();
            decoder = null;
            FreedMemory.giveBack();
        }
        super.close();
    }
}
