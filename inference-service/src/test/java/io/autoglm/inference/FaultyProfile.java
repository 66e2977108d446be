package io.autoglm.inference;

import java.util.HashMap;
import java.util.Map;

/// The service with an engine that fails on demand, a short line and little room for bodies.
public final class FaultyProfile extends NanoProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
        settings.put("autoglm.engine", "faulty");
        settings.put("autoglm.batching.queue", "2");
        settings.put("autoglm.max-bodies", "1M");
        return settings;
    }
}
