package io.autoglm.inference.cpu;

import ai.djl.BaseModel;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.autoglm.inference.engine.Decoder;
import io.autoglm.inference.engine.DecoderModel;
import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.KvFormat;
import io.autoglm.inference.engine.MemoryPlan;
import io.autoglm.inference.engine.NoMemoryException;
import io.autoglm.inference.engine.WeightFormat;
import io.autoglm.inference.graph.Constant;
import io.autoglm.inference.graph.DecoderGraph;
import io.autoglm.inference.graph.GraphShape;
import io.autoglm.inference.graph.MatrixFormat;
import io.autoglm.inference.graph.NativeMemory;
import io.autoglm.inference.model.DecoderConfig;
import io.autoglm.inference.model.ModelDirectory;
import io.autoglm.inference.model.ModelLoadException;
import java.nio.file.Path;
import java.util.HashMap;
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
        ModelDirectory directory =
                given.get(DIRECTORY) instanceof ModelDirectory opened ? opened : ModelDirectory.open(path);
        EngineConfig config = given.get(CONFIG) instanceof EngineConfig asked ? asked : EngineConfig.DEFAULTS;
        modelDir = directory.path();
        weights = config.weights().resolve(directory.weights().parameters());
        decoder = load(directory, config, format(weights, config.weightBlock()));
        block = new CpuSymbolBlock(decoder);
        wasLoaded = true;
    }

    private static MatrixFormat format(WeightFormat weights, int block) {
        return switch (weights) {
            case FP32 -> MatrixFormat.FP32;
            case INT8 -> new MatrixFormat(MatrixFormat.INT8.bits(), block);
            case INT4 -> new MatrixFormat(MatrixFormat.INT4.bits(), block);
            case AUTO -> throw new IllegalArgumentException("not resolved");
        };
    }

    private static Decoder load(ModelDirectory directory, EngineConfig config, MatrixFormat format) {
        DecoderConfig model = directory.config();
        CachePlan plan = CachePlan.of(config, model, Machine.freeBytes() - weightBytes(directory, format));
        ConvertedWeights converted = ConvertedWeights.of(directory, shape(config, format, plan), config.weightCache());
        DecoderGraph graph = converted.graph();
        NativeMemory memory = converted.memory();
        try {
            int threads = threads(config, directory.weights().parameters());
            OrtSession session = OnLargeStack.call("model-load", () -> session(graph, threads, config.spinning()));
            return new OrtDecoder(session, graph.constants(), model, config.kvFormat(), plan, memory);
        } catch (OrtException e) {
            memory.close();
            throw new ModelLoadException(
                    directory.path().toString(), "ONNX Runtime refuses its graph: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    @Override
    public MemoryPlan plan(ModelDirectory directory, EngineConfig config, long mostBytes) {
        WeightFormat chosen = config.weights().resolve(directory.weights().parameters());
        long weightBytes = weightBytes(directory, format(chosen, config.weightBlock()));
        try {
            CachePlan cache = CachePlan.of(config, directory.config(), mostBytes - weightBytes);
            long tokenBytes =
                    directory.config().kvNumbersPerToken() * config.kvFormat().bytes();
            return new MemoryPlan(weightBytes, cache.bytes(tokenBytes), cache.maxTokens());
        } catch (NoMemoryException e) {
            throw e.beside(weightBytes);
        }
    }

    private static long weightBytes(ModelDirectory directory, MatrixFormat format) {
        return (long) (COPIES_OF_WEIGHTS * directory.weights().parameters() * format.bytesPerWeight());
    }

    private static GraphShape shape(EngineConfig config, MatrixFormat format, CachePlan plan) {
        return new GraphShape(format, config.kvFormat() == KvFormat.FP16, plan.maxTokens());
    }

    private static int threads(EngineConfig config, long parameters) {
        if (config.threads() > 0) {
            return config.threads();
        }
        return parameters < ONE_THREAD_PARAMETERS ? 1 : Machine.physicalCores();
    }

    private static OrtSession session(DecoderGraph graph, int threads, boolean spinning) throws OrtException {
        Map<String, OnnxTensorLike> constants = new HashMap<>();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            for (Constant constant : graph.constants()) {
                constants.put(constant.name(), Tensors.of(CpuEngine.environment(), constant));
            }
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", spinning ? "1" : "0");
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
            options.addExternalInitializers(constants);
            return CpuEngine.environment().createSession(graph.model(), options);
        } finally {
            constants.values().forEach(OnnxTensorLike::close);
        }
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
    public void cast(DataType type) {
        throw new UnsupportedOperationException("the number format is chosen when the model is loaded");
    }

    @Override
    public void close() {
        if (decoder != null) {
            decoder.close();
            decoder = null;
        }
        super.close();
    }
}
