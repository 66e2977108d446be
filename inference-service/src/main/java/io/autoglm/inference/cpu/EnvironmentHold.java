package io.autoglm.inference.cpu;

import ai.djl.engine.EngineException;
import ai.onnxruntime.OrtEnvironment;
import java.lang.reflect.Field;
import java.lang.reflect.Method;

/// ONNX Runtime's Java API closes its environment in a shutdown hook, the moment SIGTERM arrives
/// (microsoft/onnxruntime issue 31352). A model that is being loaded then reads freed memory or misses its logger,
/// and may take the process with it, while a drain still has answers to finish. The environment is counted in
/// native code: one reference that is never given back keeps it whole until the process has ended.
final class EnvironmentHold {

    private static final int ERRORS_ONLY = 3;

    private EnvironmentHold() {}

    /// To be called once, when the environment is there.
    static void take() {
        try {
            Field api = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
            api.setAccessible(true);
            Method create = OrtEnvironment.class.getDeclaredMethod("createHandle", long.class, int.class, String.class);
            create.setAccessible(true);
            create.invoke(null, api.getLong(null), ERRORS_ONLY, "autoglm");
        } catch (ReflectiveOperationException e) {
            throw new EngineException("this version of ONNX Runtime cannot be kept through a shutdown", e);
        }
    }
}
