package io.autoglm.inference.cpu;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import org.jspecify.annotations.Nullable;

/// Decoder-only language models on the CPU, from a Hugging Face directory.
final class CpuEngine extends Engine {

    static final String NAME = "cpu";

    /// Behind every general engine, so that DJL's default stays what it would be without us.
    static final int RANK = 20;

    private static final class OnnxRuntime {
        /// One a process; ONNX Runtime forbids a second.
        static final OrtEnvironment ENVIRONMENT = silent();

        private static OrtEnvironment silent() {
            NativeLibraries.unpack();
            OrtEnvironment environment =
                    OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "autoglm");
            EnvironmentHold.take();
            try {
                environment.setTelemetry(false);
            } catch (OrtException e) {
                throw new EngineException("ONNX Runtime's telemetry cannot be switched off", e);
            }
            return environment;
        }
    }

    private final CpuNDManager root = CpuNDManager.root(this);

    static OrtEnvironment environment() {
        return OnnxRuntime.ENVIRONMENT;
    }

    @Override
    public @Nullable Engine getAlternativeEngine() {
        return null;
    }

    @Override
    public String getEngineName() {
        return NAME;
    }

    @Override
    public int getRank() {
        return RANK;
    }

    /// ONNX Runtime's.
    @Override
    public String getVersion() {
        return environment().getVersion();
    }

    @Override
    public boolean hasCapability(String capability) {
        return false;
    }

    @Override
    public Model newModel(String name, @Nullable Device device) {
        return new CpuModel(name, newBaseManager(device));
    }

    CpuNDManager root() {
        return root;
    }

    @Override
    public NDManager newBaseManager() {
        return root.newSubManager(null);
    }

    @Override
    public NDManager newBaseManager(@Nullable Device device) {
        if (device != null && device.isGpu()) {
            throw new IllegalArgumentException("the engine cpu has no " + device);
        }
        return newBaseManager();
    }
}
