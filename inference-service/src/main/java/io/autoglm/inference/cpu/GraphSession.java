package io.autoglm.inference.cpu;

import ai.djl.engine.EngineException;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.autoglm.inference.graph.Constant;
import io.autoglm.inference.graph.DecoderGraph;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A session of ONNX Runtime, and the weights that it reads where they lie: ours, or a file's. Of a matrix it
/// makes a copy laid out for this CPU and reads the original no more; a table whose rows are looked up it reads
/// in place.
final class GraphSession implements AutoCloseable {

    /// Where ONNX Runtime looks for the files that a model names, which it has as bytes.
    private static final String DATA_FOLDER = "session.model_external_initializers_file_folder_path";

    private final OrtSession session;
    private final Map<String, OnnxTensorLike> tensors;

    /// Mapped ones are unmapped when nobody refers to them.
    @SuppressWarnings({"unused", "FieldCanBeLocal"})
    private final List<Constant> weights;

    private GraphSession(OrtSession session, Map<String, OnnxTensorLike> tensors, List<Constant> weights) {
        this.session = session;
        this.tensors = tensors;
        this.weights = weights;
    }

    static GraphSession of(DecoderGraph graph, int threads, boolean spinning) throws OrtException {
        Map<String, OnnxTensorLike> tensors = new HashMap<>();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            for (Constant constant : graph.constants()) {
                OnnxTensor tensor = Tensors.of(CpuEngine.environment(), constant);
                tensors.put(constant.name(), tensor);
                // Only of what is given so too does it make no copy of its own.
                options.addInitializer(constant.name(), tensor);
            }
            options.addExternalInitializers(tensors);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", spinning ? "1" : "0");
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
            if (graph.dataFolder() != null) {
                options.addConfigEntry(DATA_FOLDER, graph.dataFolder().toString());
            }
            OrtSession session = CpuEngine.environment().createSession(graph.model(), options);
            leave(graph.constants());
            return new GraphSession(session, tensors, graph.constants());
        } catch (OrtException | RuntimeException | Error e) {
            tensors.values().forEach(OnnxTensorLike::close);
            throw e;
        }
    }

    /// The pages of files: most are never read again, and those that are come back by themselves.
    private static void leave(List<Constant> constants) {
        constants.stream().map(Constant::data).filter(MemorySegment::isMapped).forEach(MemorySegment::unload);
    }

    /// @param wanted outputs beside those that are given
    /// @return owns the wanted outputs, and none of the given ones
    OrtSession.Result run(Map<String, OnnxTensor> inputs, Set<String> wanted, Map<String, OnnxTensor> outputs)
            throws OrtException {
        return session.run(inputs, wanted, outputs);
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new EngineException("the session cannot be closed", e);
        } finally {
            tensors.values().forEach(OnnxTensorLike::close);
        }
    }
}
