package io.autoglm.inference.cpu;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineProvider;

/// Found by DJL through the `ServiceLoader`.
public final class CpuEngineProvider implements EngineProvider {

    private static final class Holder {
        static final CpuEngine ENGINE = new CpuEngine();
    }

    @Override
    public String getEngineName() {
        return CpuEngine.NAME;
    }

    @Override
    public int getEngineRank() {
        return CpuEngine.RANK;
    }

    @Override
    public Engine getEngine() {
        return Holder.ENGINE;
    }
}
